using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Moves blocks of space into channels: [N, C, H, W] to [N, C·b², H/b, W/b], the block's place before the channel.</summary>
internal sealed class SpaceToDepth : Op
{
    public override OpSchema Schema { get; } = new(
        13, [new("input", "T")], [new("output", "T")], [AttributeSchema.Int("blocksize", required: true)], [("T", TypeSet.NumbersAndBool)])
    { From = 1 };

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Node("DepthToSpace", [s.DY], s.Attributes)]);

    public override TensorType[] Infer(InferenceScope scope)
    {
        long block = scope.Attributes.Int("blocksize", 0);
        if (scope.Shape(0) is not { } shape)
        {
            return [new(scope.Type(0), null)];
        }

        if (block < 1 || shape.Rank != 4 || (shape[2].IsKnown && shape[2].Size % block != 0) || (shape[3].IsKnown && shape[3].Size % block != 0))
        {
            throw scope.Error($"an input of shape {shape} is not [N, C, H·{block}, W·{block}]");
        }

        return [new(scope.Type(0), new TensorShape(
            shape[0],
            shape[1].IsKnown ? Axes.Size(scope, shape[1].Size * block * block) : Dim.Unknown,
            shape[2].IsKnown ? Axes.Size(scope, shape[2].Size / block) : Dim.Unknown,
            shape[3].IsKnown ? Axes.Size(scope, shape[3].Size / block) : Dim.Unknown))];
    }

    public override Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        int b = (int)spec.Attributes.Int("blocksize", 1);
        int[] sx = StridedCopy.Dense(x.Shape);
        int[] sy = StridedCopy.Dense(y.Shape);
        int place = x.Shape[1] * sy[1];
        int[] sizes = [y.Shape[0], x.Shape[1], y.Shape[2], b, y.Shape[3], b];
        int[] from = [sx[0], sx[1], b * sx[2], sx[2], b * sx[3], sx[3]];
        int[] to = [sy[0], sy[1], sy[2], b * place, sy[3], place];
        return new StridedCopy(x, y, sizes, from, to).Run;
    }
}
