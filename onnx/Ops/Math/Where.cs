using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Output = X where the condition holds, Y elsewhere, with broadcasting of all three.</summary>
internal sealed unsafe class Where : Op
{
    public override OpSchema Schema { get; } = new(
        16,
        [new("condition", "B"), new("X", "T"), new("Y", "T")],
        [new("output", "T")],
        [],
        [("B", TypeSet.Bool), ("T", TypeSet.All)])
    { From = 9 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        return [null, g.Where(s.In(0), s.DY, zero), g.Where(s.In(0), zero, s.DY)];
    });

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 1), (0, 2)];

    public override bool IsElementwise => true;

    public override TensorType[] Infer(InferenceScope scope) =>
        [new(scope.Type(1), scope.Broadcast(scope.Broadcast(scope.Shape(0), scope.Shape(1)), scope.Shape(2)))];

    public override Kernel Compile(KernelSpec spec)
    {
        if (spec.In(1).Type == DType.String)
        {
            return OfStrings(spec);
        }

        return spec.In(1).Type.Size() switch
        {
            1 => Make<byte>(spec),
            2 => Make<ushort>(spec),
            4 => Make<uint>(spec),
            8 => Make<ulong>(spec),
            _ => throw spec.Unsupported(1),
        };
    }

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged
    {
        Slot condition = spec.In(0);
        Slot x = spec.In(1);
        Slot y = spec.In(2);
        Slot output = spec.Out();
        return Broadcast.Rows(output, new BroadcastLayout(output.Shape, condition.Shape.ToArray(), x.Shape.ToArray(), y.Shape.ToArray()), (layout, row, start, count) =>
            Selection.Run(
                condition.Pointer + layout.Offset(0, row) + (start * layout.InnerStride(0)),
                layout.InnerStride(0),
                (T*)x.Pointer + layout.Offset(1, row) + (start * layout.InnerStride(1)),
                layout.InnerStride(1),
                (T*)y.Pointer + layout.Offset(2, row) + (start * layout.InnerStride(2)),
                layout.InnerStride(2),
                (T*)output.Pointer + ((long)row * layout.Inner) + start,
                count));
    }

    private static Kernel OfStrings(KernelSpec spec)
    {
        Slot condition = spec.In(0);
        Slot x = spec.In(1);
        Slot y = spec.In(2);
        Slot output = spec.Out();
        return Broadcast.Rows(output, new BroadcastLayout(output.Shape, condition.Shape.ToArray(), x.Shape.ToArray(), y.Shape.ToArray()), (layout, row, start, count) =>
        {
            for (int i = start; i < start + count; i++)
            {
                output.Strings[(row * layout.Inner) + i] = condition.Pointer[layout.Offset(0, row) + (i * layout.InnerStride(0))] != 0
                    ? x.Strings[layout.Offset(1, row) + (i * layout.InnerStride(1))]
                    : y.Strings[layout.Offset(2, row) + (i * layout.InnerStride(2))];
            }
        });
    }
}
