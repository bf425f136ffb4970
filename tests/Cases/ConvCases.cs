using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class ConvCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Forward, .. Transposed, .. Fused];

    private static IEnumerable<OpCase> Forward
    {
        get
        {
            (int[] X, int[] W, Attributes Attributes)[] small =
            [
                ([2, 3, 5, 6], [4, 3, 3, 3], Of()),
                ([2, 3, 5, 6], [4, 3, 3, 2], Of(pads: [1, 1, 1, 1])),
                ([1, 2, 7, 8], [3, 2, 3, 3], Of(strides: [2, 2], pads: [1, 1, 1, 1])),
                ([1, 2, 8, 9], [3, 2, 3, 3], Of(strides: [2, 3], pads: [1, 0, 0, 2])),
                ([2, 2, 7, 7], [2, 2, 2, 3], Of(dilations: [2, 2], pads: [1, 2, 0, 2])),
                ([1, 2, 9, 8], [2, 2, 3, 2], Of(strides: [2, 3], dilations: [1, 2], pads: [2, 1, 1, 0])),
                ([1, 4, 5, 5], [6, 2, 3, 3], Of(pads: [1, 1, 1, 1], group: 2)),
                ([2, 4, 6, 5], [4, 1, 3, 3], Of(strides: [2, 1], pads: [1, 1, 1, 1], group: 4)),
                ([2, 3, 9, 17], [3, 1, 3, 3], Of(pads: [1, 1, 1, 1], group: 3)),
                ([1, 3, 7, 9], [6, 1, 5, 4], Of(strides: [2, 2], pads: [2, 1, 2, 2], group: 3)),
                ([2, 4, 5, 3], [4, 2, 2, 3], Of(dilations: [2, 1], pads: [1, 1, 1, 1], group: 2)),
                ([2, 3, 21], [3, 1, 4], Of(pads: [1, 2], group: 3)),
                ([2, 3, 6, 6], [5, 3, 1, 1], Of()),
                ([2, 3, 6, 7], [5, 3, 1, 1], Of(strides: [2, 2])),
                ([1, 2, 5, 6], [3, 2, 3, 3], Attributes.Of(("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 2 }))),
                ([1, 2, 5, 6], [3, 2, 2, 2], Attributes.Of(("auto_pad", "SAME_LOWER"))),
                ([1, 2, 5, 6], [3, 2, 2, 3], Attributes.Of(("auto_pad", "VALID"))),
                ([2, 3, 9], [4, 3, 3], Of(strides: [2], pads: [1, 2])),
                ([2, 4, 9], [2, 2, 2], Of(dilations: [3], group: 2)),
                ([0, 3, 5, 5], [2, 3, 3, 3], Of()),
            ];
            foreach ((int[] x, int[] w, Attributes attributes) in small)
            {
                yield return new OpCase("Conv", Sample.Real(x), Sample.Real(w, salt: 1), Sample.Real([w[0]], salt: 2))
                {
                    Attributes = attributes,
                    Differentiable = x[0] > 0 ? [0, 1, 2] : [],
                    NotInOrt = x[0] == 0 ? "it refuses an empty batch" : null,
                };
            }

            (int[] X, int[] W, Attributes Attributes)[] large =
            [
                ([3, 16, 32, 32], [16, 16, 3, 3], Of(pads: [1, 1, 1, 1])),
                ([3, 16, 32, 32], [35, 16, 3, 3], Of(strides: [2, 2], pads: [1, 1, 1, 1])),
                ([2, 64, 8, 8], [64, 64, 3, 3], Of(pads: [1, 1, 1, 1])),
                ([2, 130, 14, 14], [20, 130, 3, 3], Of(pads: [1, 1, 1, 1])),
                ([1, 3, 70, 300], [9, 3, 5, 5], Of(strides: [2, 2], pads: [2, 2, 2, 2])),
                ([20, 1, 28, 28], [32, 1, 3, 3], Of(pads: [1, 1, 1, 1])),
                ([1, 8, 60000], [8, 8, 5], Of(pads: [2, 2])),
                ([2, 40, 33, 30], [40, 1, 3, 3], Of(pads: [1, 1, 1, 1], group: 40)),
                ([1, 2, 300, 310], [2, 1, 3, 3], Of(strides: [2, 2], pads: [1, 1, 1, 1], group: 2)),
                ([1, 2, 60000], [4, 1, 7], Of(pads: [3, 3], group: 2)),
            ];
            foreach ((int[] x, int[] w, Attributes attributes) in large)
            {
                yield return new OpCase("Conv", Sample.Real(x), Sample.Real(w, salt: 1)) { Attributes = attributes, Tolerance = 2e-4 };
            }
        }
    }

    private static IEnumerable<OpCase> Transposed
    {
        get
        {
            (int[] X, int[] W, Attributes Attributes)[] small =
            [
                ([2, 3, 4, 5], [3, 2, 3, 3], Of()),
                ([1, 3, 4, 5], [3, 2, 3, 3], Of(strides: [2, 2], pads: [1, 1, 1, 1]).With("output_padding", new long[] { 1, 1 })),
                ([1, 4, 3, 4], [4, 2, 2, 3], Of(strides: [3, 2], pads: [0, 1, 1, 0], group: 2)),
                ([1, 2, 4, 4], [2, 2, 2, 2], Of(dilations: [2, 2])),
                ([1, 2, 3, 3], [2, 1, 3, 3], Of(strides: [2, 2]).With("output_shape", new long[] { 6, 6 })),
                ([1, 2, 3, 4], [2, 2, 3, 3], Attributes.Of(("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 2 }))),
                ([2, 3, 5], [3, 2, 3], Of(strides: [2])),
            ];
            foreach ((int[] x, int[] w, Attributes attributes) in small)
            {
                int filters = w[1] * (int)attributes.Int("group", 1);
                yield return new OpCase("ConvTranspose", Sample.Real(x), Sample.Real(w, salt: 1), Sample.Real([filters], salt: 2))
                {
                    Attributes = attributes,
                    Differentiable = [0, 1, 2],
                };
            }
        }
    }

    private static IEnumerable<OpCase> Fused
    {
        get
        {
            Attributes plain = All([1, 1], [1, 1], [1, 1, 1, 1], 1, [3, 3]);
            Attributes wide = All([2, 2], [1, 1], [1, 1, 0, 1], 2, [3, 2]);
            yield return Ours("ConvRelu", plain, Sample.Real([2, 3, 5, 6]), Sample.Real([4, 3, 3, 3], salt: 1), Sample.Real([4], salt: 2)) with { Differentiable = [0, 1, 2] };
            yield return Ours("ConvRelu", wide, Sample.Real([2, 4, 6, 6]), Sample.Real([4, 2, 3, 2], salt: 1));
            yield return Ours("ConvGradX", plain.With("output_padding", new long[] { 0, 0 }), Sample.Real([2, 4, 5, 6]), Sample.Real([4, 3, 3, 3], salt: 1)) with { Differentiable = [0, 1] };
            yield return Ours("ConvGradX", wide.With("output_padding", new long[] { 0, 1 }), Sample.Real([2, 4, 3, 3]), Sample.Real([4, 2, 3, 2], salt: 1)) with { Differentiable = [0, 1] };
            yield return Ours("ConvGradW", plain, Sample.Real([2, 3, 5, 6]), Sample.Real([2, 4, 5, 6], salt: 1)) with { Tolerance = 1e-4 };
            yield return Ours("ConvGradW", wide, Sample.Real([3, 4, 6, 6]), Sample.Real([3, 6, 3, 4], salt: 1)) with { Tolerance = 1e-4 };
            yield return Ours("ConvGradW", plain, Sample.Real([20, 16, 8, 8]), Sample.Real([20, 40, 8, 8], salt: 1)) with { Tolerance = 5e-4 };
            yield return Ours("ConvGradW", plain, Sample.Real([5, 1, 28, 28]), Sample.Real([5, 32, 28, 28], salt: 1)) with { Tolerance = 1e-3 };
            yield return Ours("ConvGradX", All([1, 1], [1, 1], [1, 1, 1, 1], 3, [3, 3]).With("output_padding", new long[] { 0, 0 }), Sample.Real([2, 3, 17, 20]), Sample.Real([3, 1, 3, 3], salt: 1));
            yield return Ours("ConvGradW", All([1, 1], [1, 1], [1, 1, 1, 1], 3, [3, 3]), Sample.Real([2, 3, 17, 20]), Sample.Real([2, 6, 17, 20], salt: 1)) with { Tolerance = 1e-4 };
            yield return Ours("ConvGradW", All([2], [3], [3, 2], 1, [3]), Sample.Real([2, 3, 20]), Sample.Real([2, 5, 10], salt: 1)) with { Tolerance = 1e-4 };
        }
    }

    private static OpCase Ours(string op, Attributes attributes, params Tensor?[] inputs) => new(op, inputs) { Domain = Model.AnnealDomain, Attributes = attributes };

    private static Attributes All(long[] strides, long[] dilations, long[] pads, long group, long[] kernel) =>
        Of(strides, dilations, pads, group).With("kernel_shape", kernel);

    private static Attributes Of(long[]? strides = null, long[]? dilations = null, long[]? pads = null, long group = 1) => Attributes.Of(
        ("strides", strides is null ? null : (AttributeValue)strides),
        ("dilations", dilations is null ? null : (AttributeValue)dilations),
        ("pads", pads is null ? null : (AttributeValue)pads),
        ("group", group));
}
