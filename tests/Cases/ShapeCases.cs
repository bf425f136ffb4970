using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class ShapeCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Views, .. Parts, .. Indexed, .. Made];

    private static IEnumerable<OpCase> Views
    {
        get
        {
            yield return new OpCase("Identity", Sample.Real([2, 3])) { Differentiable = [0] };
            yield return new OpCase("Reshape", Sample.Real([2, 3, 4]), Tensor.Vector(0L, -1)) { Constants = [1], Differentiable = [0] };
            yield return new OpCase("Flatten", Sample.Real([2, 3, 4])) { Attributes = Attributes.Of(("axis", 2L)), Differentiable = [0] };
            yield return new OpCase("Squeeze", Sample.Real([2, 1, 3]), Tensor.Vector(-2L)) { Constants = [1], Differentiable = [0] };
            yield return new OpCase("Unsqueeze", Sample.Real([2, 3]), Tensor.Vector(0L, -1)) { Constants = [1], Differentiable = [0] };
            yield return new OpCase("Transpose", Sample.Real([2, 3, 4])) { Attributes = Attributes.Of(("perm", new long[] { 2, 0, 1 })), Differentiable = [0] };
            yield return new OpCase("Transpose", Sample.Real([65, 130]));
            yield return new OpCase("Expand", Sample.Real([3, 1]), Tensor.Vector(2L, 1, 4)) { Constants = [1], Differentiable = [0] };
            yield return new OpCase("Tile", Sample.Real([2, 3]), Tensor.Vector(2L, 2)) { Constants = [1], Differentiable = [0] };
        }
    }

    private static IEnumerable<OpCase> Parts
    {
        get
        {
            yield return new OpCase("Concat", Sample.Real([2, 3]), Sample.Real([2, 1], salt: 1)) { Attributes = Attributes.Of(("axis", 1L)), Differentiable = [0, 1] };
            yield return new OpCase("Slice", Sample.Real([5, 6]), Tensor.Vector(1L, -1), Tensor.Vector(4L, -9), Tensor.Vector(0L, 1), Tensor.Vector(2L, -2))
            {
                Constants = [1, 2, 3, 4],
                Differentiable = [0],
            };
            yield return new OpCase("Split", Sample.Real([5, 2]), Tensor.Vector(2L, 3)) { Constants = [1], Outputs = 2, Differentiable = [0] };
            yield return new OpCase("Pad", Sample.Real([2, 3]), Tensor.Vector(1L, 0, 0, 2), Sample.Scalar(0.5)) { Constants = [1], Differentiable = [0, 2] };
            yield return new OpCase("Pad", Sample.Real([3, 4]), Tensor.Vector(1L, -1, -2, 2), Sample.Scalar(0.5)) { Constants = [1], Differentiable = [0, 2] };
        }
    }

    private static IEnumerable<OpCase> Indexed
    {
        get
        {
            yield return new OpCase("Gather", Sample.Real([4, 3]), Tensor.Of<long>([2, 2], [3, 0, 3, -1])) { Differentiable = [0] };
            yield return new OpCase("Gather", Sample.Real([3, 4]), Tensor.Vector(2L, 2)) { Attributes = Attributes.Of(("axis", 1L)), Differentiable = [0] };
            yield return new OpCase("GatherElements", Sample.Real([3, 2]), Tensor.Of<long>([2, 2], [2, 0, 2, -1])) { Differentiable = [0] };
            yield return new OpCase("GatherND", Sample.Real([3, 2, 2]), Tensor.Of<long>([2, 2], [2, 0, 2, 1])) { Differentiable = [0] };
            yield return new OpCase("ScatterElements", Sample.Real([3, 2]), Tensor.Of<long>([2, 2], [2, 0, 0, 1]), Sample.Real([2, 2], salt: 1)) { Differentiable = [0, 2] };
            yield return new OpCase("ScatterElements", Sample.Real([3, 2]), Tensor.Of<long>([2, 2], [2, 0, 2, 0]), Sample.Real([2, 2], salt: 1))
            {
                Attributes = Attributes.Of(("reduction", "add")),
                Differentiable = [0, 2],
            };
            yield return new OpCase("ScatterND", Sample.Real([3, 2]), Tensor.Of<long>([2, 1], [2, 0]), Sample.Real([2, 2], salt: 1)) { Differentiable = [0, 2] };
            foreach (long axis in new[] { -1L, 0, 1 })
            {
                yield return new OpCase("OneHot", Tensor.Of<long>([2, 2], [0, 2, 5, -1]), Tensor.Scalar(3L), Tensor.Vector(-0.5, 2.25)) { Attributes = Attributes.Of(("axis", axis)), Constants = [1], Differentiable = [2] };
            }

            yield return new OpCase("OneHot", Tensor.Vector(0L, 2, 5), Tensor.Scalar(3L), Tensor.Vector(0f, 1f)) { Constants = [1], Expected = [Tensor.Of<float>([3, 3], [1, 0, 0, 0, 0, 1, 0, 0, 0])] };
        }
    }

    private static IEnumerable<OpCase> Made
    {
        get
        {
            yield return new OpCase("Constant") { Attributes = Attributes.Of(("value", Tensor.Vector(1f, 2f))) };
            yield return new OpCase("ConstantOfShape", Tensor.Vector(2L, 3)) { Attributes = Attributes.Of(("value", Tensor.Vector(5L))), Constants = [0] };
            yield return new OpCase("Range", Sample.Scalar(1.25), Sample.Scalar(4.1), Sample.Scalar(0.7)) { Differentiable = [0, 2] };
            yield return new OpCase("Range", Sample.Scalar(1.25), Sample.Scalar(-4.1), Sample.Scalar(-0.7)) { Differentiable = [0, 2], Label = "downwards" };
            yield return new OpCase("Range", Tensor.Scalar(2L), Tensor.Scalar(11L), Tensor.Scalar(3L)) { Constants = [0, 1, 2], Expected = [Tensor.Vector(2L, 5, 8)] };
            yield return new OpCase("Shape", Sample.Real([2, 3])) { Expected = [Tensor.Vector(2L, 3)] };
            yield return new OpCase("Size", Sample.Real([2, 3])) { Expected = [Tensor.Scalar(6L)] };
            yield return new OpCase("LabelEncoder", Tensor.OfStrings([3], ["b", "a", "?"]))
            {
                Domain = "ai.onnx.ml",
                Attributes = Attributes.Of(
                    ("keys_strings", new AttributeValue.Strings(["a", "b"])), ("values_int64s", new long[] { 0, 1 }), ("default_int64", -1L)),
                Expected = [Tensor.Vector(1L, 0, -1)],
            };
        }
    }
}
