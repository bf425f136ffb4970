using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class MoreShapeCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Moved, .. Chosen, .. Einsum, .. Resize];

    private static IEnumerable<OpCase> Moved
    {
        get
        {
            foreach (string mode in new[] { "DCR", "CRD" })
            {
                yield return new OpCase("DepthToSpace", Sample.Real([2, 12, 2, 3])) { Attributes = Attributes.Of(("blocksize", 2L), ("mode", mode)), Differentiable = [0] };
                yield return new OpCase("DepthToSpace", Sample.Real([1, 9, 1, 2])) { Attributes = Attributes.Of(("blocksize", 3L), ("mode", mode)), Differentiable = [0] };
            }

            yield return new OpCase("SpaceToDepth", Sample.Real([2, 3, 4, 6])) { Attributes = Attributes.Of(("blocksize", 2L)), Differentiable = [0] };
            yield return new OpCase("SpaceToDepth", Sample.Real([0, 3, 4, 6])) { Attributes = Attributes.Of(("blocksize", 2L)), NotInOrt = "an empty batch is refused" };
            foreach (long upper in new[] { 0L, 1L })
            {
                yield return new OpCase("Trilu", Sample.Real([4, 5])) { Attributes = Attributes.Of(("upper", upper)), Differentiable = [0] };
                foreach (long k in new[] { -9L, -2, 1, 9 })
                {
                    yield return new OpCase("Trilu", Sample.Real([2, 3, 4]), Tensor.Scalar(k)) { Attributes = Attributes.Of(("upper", upper)), Differentiable = [0], Label = $"k {k}" };
                }

                yield return new OpCase("Trilu", Sample.Whole([3, 0], 5)) { Attributes = Attributes.Of(("upper", upper)) };
            }

            foreach (long exclusive in new[] { 0L, 1L })
            {
                foreach (long reverse in new[] { 0L, 1L })
                {
                    Attributes attributes = Attributes.Of(("exclusive", exclusive), ("reverse", reverse));
                    yield return new OpCase("CumSum", Sample.Real([3, 4]), Tensor.Scalar(-1L)) { Constants = [1], Attributes = attributes, Differentiable = [0] };
                    yield return new OpCase("CumSum", Sample.Real([2, 3, 4]), Tensor.Scalar(1L)) { Constants = [1], Attributes = attributes, Differentiable = [0] };
                }
            }

            yield return new OpCase("CumSum", Sample.Whole([70], 9), Tensor.Scalar(0)) { Constants = [1] };
        }
    }

    private static IEnumerable<OpCase> Chosen
    {
        get
        {
            foreach ((int[] shape, long axis, long k) in new (int[], long, long)[] { ([3, 7], -1, 3), ([7, 3], 0, 7), ([2, 5, 3], 1, 2), ([40, 1000], 1, 20), ([3, 4], 1, 0), ([5], 0, 1) })
            {
                foreach (long largest in new[] { 0L, 1L })
                {
                    yield return new OpCase("TopK", Sample.Real(shape), Tensor.Vector(k))
                    {
                        Constants = [1],
                        Attributes = Attributes.Of(("axis", axis), ("largest", largest)),
                        Outputs = 2,
                        Differentiable = Tensor.LengthOf(shape) < 100 && k > 0 ? [0] : [],
                        NotInOrt = k == 0 ? "no elements are refused" : null,
                    };
                }
            }

            yield return new OpCase("TopK", Tensor.Vector(2L, 5, 5, 1), Tensor.Vector(3L)) { Constants = [1], Outputs = 2, Expected = [Tensor.Vector(5L, 5, 2), Tensor.Vector(1L, 2, 0)] };
            yield return new OpCase("EyeLike", Sample.Real([3, 4])) { Attributes = Attributes.Of(("k", 1L)) };
            yield return new OpCase("EyeLike", Sample.Whole([4, 3], 3)) { Attributes = Attributes.Of(("k", -2L), ("dtype", (long)DType.Float)) };
            yield return new OpCase("NonZero", Tensor.Of<double>([2, 3], [1, 0, -0.0, 0.5, 0, -1])) { Constants = [0], Expected = [Tensor.Of([2, 3], [0L, 1, 1, 0, 0, 2])] };
            yield return new OpCase("NonZero", Sample.Bools([2, 5])) { Constants = [0] };
        }
    }

    private static IEnumerable<OpCase> Einsum
    {
        get
        {
            foreach ((string equation, int[][] shapes, bool isOrt) in new (string, int[][], bool)[]
            {
                ("ij,jk->ik", [[2, 3], [3, 4]], true), ("bij,bjk->bik", [[2, 3, 4], [2, 4, 5]], true), ("bhid,bhjd->bhij", [[2, 2, 3, 4], [2, 2, 5, 4]], true), ("ij->ji", [[2, 3]], true),
                ("ij->i", [[2, 3]], true), ("ij", [[2, 3]], true), ("i,i", [[5], [5]], true), ("i,j->ij", [[2], [3]], true), ("...ij,...jk->...ik", [[2, 1, 3, 4], [5, 4, 2]], false),
                ("ab,bc,ca", [[2, 3], [3, 4], [4, 2]], true), ("...a->...", [[2, 3]], true), ("ij,j->i", [[200, 150], [150]], true),
            })
            {
                yield return new OpCase("Einsum", [.. shapes.Select((s, i) => Sample.Real(s, salt: i))])
                {
                    Attributes = Attributes.Of(("equation", equation)),
                    Differentiable = shapes.Sum(s => Tensor.LengthOf(s)) < 200 ? [.. Enumerable.Range(0, shapes.Length)] : [],
                    NotInOrt = isOrt ? null : "an ellipsis that broadcasts to more dimensions is refused",
                    Tolerance = 1e-4,
                };
            }

            foreach ((string equation, int[][] shapes) in new (string, int[][])[]
            {
                ("ii->i", [[3, 3]]), ("ii", [[4, 4]]), ("iji->j", [[3, 2, 3]]), ("iii->i", [[2, 2, 2]]), ("iij,jk->ik", [[3, 3, 2], [2, 4]]), ("...ii->...i", [[2, 3, 3]]), ("ii,jj->ij", [[2, 2], [3, 3]]),
                ("ii,i", [[3, 3], [3]]),
            })
            {
                yield return new OpCase("Einsum", [.. shapes.Select((s, i) => Sample.Real(s, salt: i))])
                {
                    Attributes = Attributes.Of(("equation", equation)),
                    Differentiable = [.. Enumerable.Range(0, shapes.Length)],
                    NotInOrt = equation == "iii->i" ? "a third equal index is refused" : null,
                    Label = "diagonal",
                };
            }

            yield return new OpCase("Einsum", Sample.Whole([2, 3], 5), Sample.Whole([3, 2], 5)) { Attributes = Attributes.Of(("equation", "ij,jk->ik")) };
        }
    }

    private static IEnumerable<OpCase> Resize
    {
        get
        {
            foreach (string mode in new[] { "nearest", "linear", "cubic" })
            {
                foreach (string place in new[] { "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric" })
                {
                    Attributes attributes = Attributes.Of(("mode", mode), ("coordinate_transformation_mode", place));
                    yield return new OpCase("Resize", Sample.Real([1, 2, 4, 3]), null, Tensor.Vector(1f, 1, 2, 3)) { Constants = [2], Attributes = attributes, Differentiable = [0], Label = "up" };
                    yield return new OpCase("Resize", Sample.Real([1, 2, 4, 6]), null, null, Tensor.Vector(1L, 2, 3, 2)) { Constants = [3], Attributes = attributes, Differentiable = [0], Label = "down" };
                }
            }

            foreach (string nearest in new[] { "round_prefer_floor", "round_prefer_ceil", "floor", "ceil" })
            {
                yield return new OpCase("Resize", Sample.Whole([1, 1, 4, 6], 100), null, null, Tensor.Vector(1L, 1, 3, 9))
                {
                    Constants = [3],
                    Attributes = Attributes.Of(("nearest_mode", nearest)),
                    NotInOrt = "no kernel for int64",
                };
                yield return new OpCase("Resize", Sample.Real([1, 1, 4, 6]), null, null, Tensor.Vector(1L, 1, 3, 9)) { Constants = [3], Attributes = Attributes.Of(("nearest_mode", nearest)) };
            }

            foreach (string mode in new[] { "nearest", "linear", "cubic" })
            {
                yield return new OpCase("Resize", Sample.Real([1, 1, 4, 4]), Tensor.Vector(0f, 0, 0.4f, 0.6f, 1, 1, 1.2f, 1.7f), null, Tensor.Vector(1L, 1, 3, 3))
                {
                    Constants = [1, 3],
                    Attributes = Attributes.Of(("mode", mode), ("coordinate_transformation_mode", "tf_crop_and_resize"), ("extrapolation_value", 10f)),
                    Differentiable = [0],
                };
            }

            yield return new OpCase("Resize", Sample.Real([2, 3]), null, null, Tensor.Vector(2L, 3)) { Constants = [3], Differentiable = [0] };
        }
    }
}
