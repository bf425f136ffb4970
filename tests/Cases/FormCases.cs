using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Attributes, optional inputs and negative axes of opset 18 that no other case gives or leaves out.</summary>
internal sealed class FormCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Constants, .. Labels, .. Shapes, .. Resizes, .. Others];

    private static IEnumerable<OpCase> Constants =>
    [
        Constant("value_float", 1.5f, Tensor.Scalar(1.5f)),
        Constant("value_floats", new AttributeValue.Floats([1, 2]), Tensor.Vector(1f, 2)),
        Constant("value_int", 3, Tensor.Scalar(3L)),
        Constant("value_ints", new long[] { 3, -4 }, Tensor.Vector(3L, -4)),
        Constant("value_string", "a", Tensor.OfStrings([], ["a"])),
        Constant("value_strings", new AttributeValue.Strings(["a", "b"]), Tensor.OfStrings([2], ["a", "b"])),
    ];

    private static IEnumerable<OpCase> Labels =>
    [
        Label(Tensor.Vector(3L, 9), Tensor.OfStrings([2], ["c", "none"]), ("keys_int64s", new long[] { 3 }), ("values_strings", new AttributeValue.Strings(["c"])), ("default_string", "none")),
        Label(
            Tensor.Vector(1.5f, 2), Tensor.Vector(7f, -1),
            ("keys_floats", new AttributeValue.Floats([1.5f])), ("values_floats", new AttributeValue.Floats([7])), ("default_float", -1f)),
    ];

    private static IEnumerable<OpCase> Shapes =>
    [
        new("GatherElements", Sample.Real([3, 2]), Tensor.Of<long>([3, 1], [1, 0, -1])) { Attributes = Attributes.Of(("axis", -1L)), Differentiable = [0] },
        new("GatherND", Sample.Real([2, 3, 2]), Tensor.Of<long>([2, 1], [2, 0])) { Attributes = Attributes.Of(("batch_dims", 1L)), Differentiable = [0] },
        new("OneHot", Tensor.Of<long>([2, 2], [0, 2, 5, 1]), Tensor.Scalar(3L), Tensor.Vector(0f, 1f)) { Attributes = Attributes.Of(("axis", -2L)), Constants = [1] },
        new("Pad", Sample.Real([2, 3]), Tensor.Vector(1L, 2), null, Tensor.Vector(-1L)) { Constants = [1, 3], Differentiable = [0], Label = "axes" },
        new("Pad", Sample.Real([2, 3]), Tensor.Vector(1L, 2), null, Tensor.Vector(-2)) { Constants = [1, 3], Differentiable = [0], Label = "axes of int32", NotInOrt = "its shape rule takes axes of int64 alone" },
        new("Shape", Sample.Real([2, 3, 4])) { Attributes = Attributes.Of(("start", -2L), ("end", -1L)), Expected = [Tensor.Vector(3L)] },
        new("Slice", Sample.Real([4, 5]), Tensor.Vector(1L, -3), Tensor.Vector(3L, 9)) { Constants = [1, 2], Differentiable = [0], Label = "of all axes" },
        new("Slice", Sample.Real([4, 5]), Tensor.Vector(-3L), Tensor.Vector(9L), Tensor.Vector(-1L)) { Constants = [1, 2, 3], Differentiable = [0], Label = "without steps" },
        new("Split", Sample.Real([2, 5])) { Attributes = Attributes.Of(("axis", -1L), ("num_outputs", 2L)), Outputs = 2, Differentiable = [0] },
        new("Squeeze", Sample.Real([1, 3, 1])) { Differentiable = [0], Label = "of all axes" },
        new("TopK", Sample.Real([7]), Tensor.Vector(3L)) { Attributes = Attributes.Of(("sorted", 1L)), Constants = [1], Outputs = 2, Differentiable = [0] },
        new("MeanVarianceNormalization", Sample.Real([3, 2, 4])) { Attributes = Attributes.Of(("axes", new long[] { 0, -1 })), Differentiable = [0], Tolerance = 1e-4 },
    ];

    private static IEnumerable<OpCase> Resizes
    {
        get
        {
            Tensor x = Sample.Real([1, 1, 4, 5]);
            Attributes cubic = Attributes.Of(("mode", "cubic"), ("cubic_coeff_a", -0.5f), ("exclude_outside", 1L), ("antialias", 0L));
            yield return new("Resize", x, null, null, Tensor.Vector(1L, 1, 7, 3)) { Attributes = cubic, Constants = [3], Differentiable = [0], Tolerance = 2e-5 };
            yield return new("Resize", x, null, null, Tensor.Vector(9L, 8))
            {
                Attributes = Attributes.Of(("mode", "linear"), ("axes", new long[] { -1, -2 })),
                Constants = [3],
                Differentiable = [0],
                Tolerance = 2e-5,
            };
            foreach (string policy in new[] { "not_larger", "not_smaller" })
            {
                yield return new("Resize", x, null, null, Tensor.Vector(9L, 8))
                {
                    Attributes = Attributes.Of(("mode", "linear"), ("axes", new long[] { 2, 3 }), ("keep_aspect_ratio_policy", policy)),
                    Constants = [3],
                    Differentiable = [0],
                    Tolerance = 2e-5,
                };
            }
        }
    }

    private static IEnumerable<OpCase> Others =>
    [
        new("IsInf", Tensor.Vector(1.0, double.PositiveInfinity, double.NegativeInfinity)) { Attributes = Attributes.Of(("detect_negative", 0L)), Expected = [Tensor.Vector(false, true, false)] },
        new("Conv", Sample.Real([1, 2, 5]), Sample.Real([3, 2, 2])) { Attributes = Attributes.Of(("kernel_shape", new long[] { 2 })), Differentiable = [0, 1] },
        new("ConvTranspose", Sample.Real([1, 2, 5]), Sample.Real([2, 3, 2])) { Attributes = Attributes.Of(("kernel_shape", new long[] { 2 })), Differentiable = [0, 1] },
        new("Dropout", Sample.Real([2, 3])) { Attributes = Attributes.Of(("seed", 7L)), Differentiable = [0] },
        new("LayerNormalization", Sample.Real([2, 3]), Sample.Real([3])) { Attributes = Attributes.Of(("stash_type", 1L)), Differentiable = [0, 1], Tolerance = 1e-4 },
    ];

    private static OpCase Constant(string attribute, AttributeValue value, Tensor expected) => new("Constant") { Attributes = Attributes.Of((attribute, value)), Expected = [expected] };

    private static OpCase Label(Tensor x, Tensor expected, params (string, AttributeValue?)[] attributes) =>
        new("LabelEncoder", x) { Domain = "ai.onnx.ml", Attributes = Attributes.Of(attributes), Expected = [expected] };
}
