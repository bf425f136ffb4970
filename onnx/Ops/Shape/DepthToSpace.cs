using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Moves blocks of channels into space: [N, C, H, W] to [N, C/b², H·b, W·b], the block's place before (DCR) or after (CRD) the channel.</summary>
internal sealed class DepthToSpace : Op
{
    public override OpSchema Schema { get; } = new(
        13,
        [new("input", "T")],
        [new("output", "T")],
        [AttributeSchema.Int("blocksize", required: true), AttributeSchema.String("mode")],
        [("T", TypeSet.NumbersAndBool)])
    { From = 1 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        long block = s.Attributes.Int("blocksize", 1);
        if (Mode(s.Attributes) == "DCR")
        {
            return [g.Node("SpaceToDepth", [s.DY], Attributes.Of(("blocksize", block)))];
        }

        Value channels = g.Node("Shape", [s.DY], Attributes.Of(("end", 2L)));
        Value sides = g.Node("Div", [g.Node("Shape", [s.DY], Attributes.Of(("start", 2L))), g.Longs(block)]);
        Value height = g.Node("Slice", [sides, g.Longs(0), g.Longs(1)]);
        Value width = g.Node("Slice", [sides, g.Longs(1), g.Longs(2)]);
        Value parts = g.Node("Concat", [channels, height, g.Longs(block), width, g.Longs(block)], Attributes.Of(("axis", 0L)));
        Value moved = g.Transpose(g.Reshape(s.DY, parts), 0, 1, 3, 5, 2, 4);
        return [g.ReshapeLike(moved, s.In(0))];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        long block = scope.Attributes.Int("blocksize", 0);
        if (block < 1 || Mode(scope.Attributes) is not ("DCR" or "CRD"))
        {
            throw scope.Error($"blocksize {block} or mode '{Mode(scope.Attributes)}' is not known", "use a positive blocksize, and mode DCR or CRD");
        }

        if (scope.Shape(0) is not { } shape)
        {
            return [new(scope.Type(0), null)];
        }

        if (shape.Rank != 4 || (shape[1].IsKnown && shape[1].Size % (block * block) != 0))
        {
            throw scope.Error($"an input of shape {shape} is not [N, C·{block * block}, H, W]");
        }

        return [new(scope.Type(0), new TensorShape(
            shape[0],
            shape[1].IsKnown ? Axes.Size(scope, shape[1].Size / (block * block)) : Dim.Unknown,
            shape[2].IsKnown ? Axes.Size(scope, shape[2].Size * block) : Dim.Unknown,
            shape[3].IsKnown ? Axes.Size(scope, shape[3].Size * block) : Dim.Unknown))];
    }

    public override Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        int b = (int)spec.Attributes.Int("blocksize", 1);
        int[] sx = StridedCopy.Dense(x.Shape);
        int[] sy = StridedCopy.Dense(y.Shape);
        int channels = y.Shape[1];
        bool isDcr = Mode(spec.Attributes) == "DCR";
        int[] sizes = [x.Shape[0], channels, x.Shape[2], b, x.Shape[3], b];
        int place = isDcr ? channels * sx[1] : sx[1];
        int[] from = [sx[0], isDcr ? sx[1] : b * b * sx[1], sx[2], b * place, sx[3], place];
        int[] to = [sy[0], sy[1], b * sy[2], sy[2], b * sy[3], sy[3]];
        return new StridedCopy(x, y, sizes, from, to).Run;
    }

    private static string Mode(Attributes attributes) => attributes.String("mode", "DCR");
}
