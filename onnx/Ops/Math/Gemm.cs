using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = alpha · A' · B' + beta · C, where A' and B' are transposed if asked for and C broadcasts to Y.</summary>
/// <remarks>With beta 0, C is not read. Each element is summed in one order, whatever the number of threads.</remarks>
public sealed class Gemm : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [new("A", "T"), new("B", "T"), new("C", "T", Optional: true)],
        [new("Y", "T")],
        [AttributeSchema.Float("alpha"), AttributeSchema.Float("beta"), AttributeSchema.Int("transA"), AttributeSchema.Int("transB")],
        [("T", TypeSet.Floats)])
    { From = 7 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => Differentiate(s, s.DY));

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorType y = Product(scope);
        if (scope.Has(2) && scope.Shape(2) is { } c && scope.Broadcast(y.Shape, c) is { } sum
            && (sum.Rank > 2 || Enumerable.Range(0, 2).Any(d => y.Shape!.Value[d].IsKnown && sum[d] != y.Shape.Value[d])))
        {
            throw scope.Error($"C of shape {c} does not broadcast to {y.Shape}");
        }

        return [y];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Compile(spec, GemmActivation.None, isMasked: false);

    /// <summary>The type of the product of the first two inputs.</summary>
    internal static TensorType Product(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } a || scope.Shape(1) is not { } b)
        {
            return TensorType.Of(scope.Type(0), Dim.Unknown, Dim.Unknown);
        }

        bool transA = scope.Attributes.Int("transA", 0) != 0;
        bool transB = scope.Attributes.Int("transB", 0) != 0;
        if (a.Rank == 2 && b.Rank == 2)
        {
            Dim k = a[transA ? 0 : 1];
            Dim other = b[transB ? 1 : 0];
            if (!k.IsKnown || !other.IsKnown || k == other)
            {
                return TensorType.Of(scope.Type(0), a[transA ? 1 : 0], b[transB ? 0 : 1]);
            }
        }

        throw scope.Error($"A of shape {a}{(transA ? " (transposed)" : "")} and B of shape {b}{(transB ? " (transposed)" : "")} do not multiply");
    }

    /// <summary>The gradients of A, B and C, given that of the sum.</summary>
    internal static Value?[] Differentiate(GradientScope s, Value dY)
    {
        GraphBuilder g = s.Builder;
        float alpha = s.Attributes.Float("alpha", 1);
        float beta = s.Attributes.Float("beta", 1);
        bool transA = s.Attributes.Int("transA", 0) != 0;
        bool transB = s.Attributes.Int("transB", 0) != 0;
        return
        [
            transA ? g.Gemm(s.In(1), dY, transA: transB, transB: true, alpha: alpha) : g.Gemm(dY, s.In(1), transB: !transB, alpha: alpha),
            transB ? g.Gemm(dY, s.In(0), transA: true, transB: transA, alpha: alpha) : g.Gemm(s.In(0), dY, transA: !transA, alpha: alpha),
            !s.Has(2) ? null : beta == 1 ? dY : g.Mul(dY, beta),
        ];
    }

    /// <summary>The kernel of a product whose third input is added to it or masks it.</summary>
    internal static Kernel Compile(KernelSpec spec, GemmActivation activation, bool isMasked) => spec.In(0).Type switch
    {
        DType.Float => Compile<float>(spec, activation, isMasked),
        DType.Double => Compile<double>(spec, activation, isMasked),
        _ => throw spec.Unsupported(0),
    };

    private static unsafe Kernel Compile<T>(KernelSpec spec, GemmActivation activation, bool isMasked)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Slot a = spec.In(0);
        Slot b = spec.In(1);
        Slot y = spec.Out();
        int n = y.Shape[1];
        bool transA = spec.Attributes.Int("transA", 0) != 0;
        var plan = new GemmPlan<T, GemmEpilogue<T>>(
            y.Shape[0], n, a.Shape[transA ? 0 : 1], transA, spec.Attributes.Int("transB", 0) != 0);
        Slot scratch = spec.Scratch(plan.ScratchBytes);
        var epilogue = new GemmEpilogue<T>
        {
            Alpha = T.CreateChecked(spec.Attributes.Float("alpha", 1)),
            Beta = T.CreateChecked(spec.Attributes.Float("beta", 1)),
            Activation = activation,
            MaskRow = n,
        };
        Slot? bias = !isMasked && spec.HasIn(2) && !T.IsZero(epilogue.Beta) ? spec.In(2) : null;
        Slot? mask = isMasked ? spec.In(2) : null;
        if (bias is not null)
        {
            ReadOnlySpan<int> shape = bias.Shape;
            epilogue.BiasColumn = shape.Length > 0 && shape[^1] != 1 ? 1 : 0;
            epilogue.BiasRow = shape.Length == 2 && shape[0] != 1 ? shape[1] : 0;
        }

        return team =>
        {
            GemmEpilogue<T> bound = epilogue;
            bound.Bias = bias is null ? null : (T*)bias.Pointer;
            bound.Mask = mask is null ? null : (T*)mask.Pointer;
            plan.Run(team, (T*)a.Pointer, (T*)b.Pointer, (T*)y.Pointer, bound, scratch.Pointer);
        };
    }
}
