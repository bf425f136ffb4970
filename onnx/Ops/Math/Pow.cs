using System.Numerics;
using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Tensor = Anneal.Onnx.Tensors.Tensor;

namespace Anneal.Onnx.Ops;

/// <summary>Z = X to the power Y, with broadcasting; the exponent's type may differ from the base's, which is the result's.</summary>
/// <remarks>Integers to the power of integers wrap. The gradient of the exponent is 0 where X is not positive.</remarks>
internal sealed class Pow : Op
{
    public override OpSchema Schema { get; } = new(
        15,
        [new("X", "T"), new("Y", "T1")],
        [new("Z", "T")],
        [],
        [("T", TypeSet.Of(DType.Int32, DType.Int64, DType.Float, DType.Double)), ("T1", TypeSet.Numbers)])
    { From = 7 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        Value exponent = s.In(1);
        Value one = g.Constant(Tensor.Scalar(1f));
        Value less = g.Sub(g.Cast(exponent, type), g.Cast(one, type));
        Value dX = g.Mul(s.DY, g.Mul(g.Cast(exponent, type), g.Pow(s.In(0), less)));
        if (!exponent.Type.Type.IsFloating())
        {
            return [dX, null];
        }

        Value zero = g.Scalar(0, type);
        Value positive = g.Greater(s.In(0), zero);
        Value log = g.Log(g.Where(positive, s.In(0), g.Scalar(1, type)));
        return [dX, g.Cast(g.Mul(s.DY, g.Mul(s.Out(), log)), exponent.Type.Type)];
    });

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override bool IsElementwise => true;

    public override TensorType[] Infer(InferenceScope scope) => [new(scope.Type(0), scope.Broadcast(scope.Shape(0), scope.Shape(1)))];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Floating<float>(spec),
        DType.Double => Floating<double>(spec),
        DType.Int32 => Integer<int>(spec),
        DType.Int64 => Integer<long>(spec),
        _ => throw spec.Unsupported(0),
    };

    private static Kernel Floating<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => spec.In(1).Type switch
        {
            DType.Float => Make<T, float>(spec, static (x, p) => T.Pow(x, T.CreateTruncating(p))),
            DType.Double => Make<T, double>(spec, static (x, p) => T.CreateTruncating(Math.Pow(double.CreateTruncating(x), p))),
            DType.Int64 => Make<T, long>(spec, static (x, p) => T.Pow(x, T.CreateTruncating(p))),
            DType.Int32 => Make<T, int>(spec, static (x, p) => T.Pow(x, T.CreateTruncating(p))),
            DType.Int16 => Make<T, short>(spec, static (x, p) => T.Pow(x, T.CreateTruncating(p))),
            DType.Int8 => Make<T, sbyte>(spec, static (x, p) => T.Pow(x, T.CreateTruncating(p))),
            DType.UInt64 => Make<T, ulong>(spec, static (x, p) => T.Pow(x, T.CreateTruncating(p))),
            DType.UInt32 => Make<T, uint>(spec, static (x, p) => T.Pow(x, T.CreateTruncating(p))),
            DType.UInt16 => Make<T, ushort>(spec, static (x, p) => T.Pow(x, T.CreateTruncating(p))),
            DType.UInt8 => Make<T, byte>(spec, static (x, p) => T.Pow(x, T.CreateTruncating(p))),
            _ => throw spec.Unsupported(1),
        };

    private static Kernel Integer<T>(KernelSpec spec)
        where T : unmanaged, IBinaryInteger<T> => spec.In(1).Type switch
        {
            DType.Float => Make<T, float>(spec, static (x, p) => T.CreateSaturating(Math.Pow(double.CreateTruncating(x), p))),
            DType.Double => Make<T, double>(spec, static (x, p) => T.CreateSaturating(Math.Pow(double.CreateTruncating(x), p))),
            DType.Int64 => Make<T, long>(spec, Whole),
            DType.Int32 => Make<T, int>(spec, static (x, p) => Whole(x, p)),
            DType.Int16 => Make<T, short>(spec, static (x, p) => Whole(x, p)),
            DType.Int8 => Make<T, sbyte>(spec, static (x, p) => Whole(x, p)),
            DType.UInt64 => Make<T, ulong>(spec, static (x, p) => Whole(x, unchecked((long)p))),
            DType.UInt32 => Make<T, uint>(spec, static (x, p) => Whole(x, p)),
            DType.UInt16 => Make<T, ushort>(spec, static (x, p) => Whole(x, p)),
            DType.UInt8 => Make<T, byte>(spec, static (x, p) => Whole(x, p)),
            _ => throw spec.Unsupported(1),
        };

    private static T Whole<T>(T x, long exponent)
        where T : IBinaryInteger<T>
    {
        if (exponent < 0)
        {
            return T.CreateSaturating(Math.Pow(double.CreateTruncating(x), exponent));
        }

        T result = T.One;
        for (ulong rest = (ulong)exponent; rest > 0; rest >>= 1, x *= x)
        {
            result = (rest & 1) == 1 ? result * x : result;
        }

        return result;
    }

    private static unsafe Kernel Make<T, TP>(KernelSpec spec, Func<T, TP, T> power)
        where T : unmanaged, INumber<T>
        where TP : unmanaged, INumber<TP>
    {
        Slot x = spec.In(0);
        Slot p = spec.In(1);
        Slot z = spec.Out();
        TP two = TP.CreateTruncating(2);
        return Broadcast.Rows(z, new BroadcastLayout(z.Shape, x.Shape, p.Shape), (layout, row, start, count) =>
        {
            int xStep = layout.InnerStride(0);
            int pStep = layout.InnerStride(1);
            T* from = (T*)x.Pointer + layout.Offset(0, row) + (start * xStep);
            TP* by = (TP*)p.Pointer + layout.Offset(1, row) + (start * pStep);
            T* to = (T*)z.Pointer + ((long)row * layout.Inner) + start;
            if (pStep == 0 && xStep == 1 && (*by == two || *by == TP.One))
            {
                var xs = new ReadOnlySpan<T>(from, count);
                var zs = new Span<T>(to, count);
                if (*by == two)
                {
                    TensorPrimitives.Multiply(xs, xs, zs);
                }
                else
                {
                    xs.CopyTo(zs);
                }

                return;
            }

            for (int i = 0; i < count; i++)
            {
                to[i] = power(from[i * xStep], by[i * pStep]);
            }
        });
    }
}
