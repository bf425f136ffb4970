using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class MoreReduceCases : IOpCases
{
    public IEnumerable<OpCase> Cases
    {
        get
        {
            foreach (string op in new[] { "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare" })
            {
                double low = op == "ReduceLogSum" ? 0.1 : -2;
                foreach ((int[] shape, long[]? axes) in new (int[], long[]?)[]
                {
                    ([3, 4], [0]), ([3, 4], [-1]), ([3, 4], null), ([2, 3, 4], [1]), ([2, 3, 4, 5], [1, -1]), ([1, 5, 1], [0]), ([], null),
                    ([64, 1003], [0]), ([64, 1003], [1]), ([100003], null), ([7, 2, 7000], [0, 2]),
                })
                {
                    foreach (long keep in new[] { 0L, 1L })
                    {
                        int length = Tensor.LengthOf(shape);
                        if (length <= 1000 || keep == 0)
                        {
                            yield return new OpCase(op, Sample.Real(shape, low), axes is null ? null : Tensor.Vector(axes))
                            {
                                Attributes = Attributes.Of(("keepdims", keep)),
                                Constants = axes is null ? [] : [1],
                                Differentiable = length < 200 ? [0] : [],
                                Tolerance = length > 1000 ? 1e-4 : 1e-5,
                                Label = axes is null ? "" : $"axes {string.Join(",", axes)}",
                            };
                        }
                    }
                }

                yield return new OpCase(op, Sample.Whole([4, 6], 9, 1), Tensor.Vector(1L)) { Constants = [1], NotInOrt = op is "ReduceLogSumExp" or "ReduceLogSum" ? "integers are rounded otherwise" : null };
            }

            yield return new OpCase("ReduceLogSumExp", Tensor.Of<double>([1, 2], [1000, 1000]), Tensor.Vector(1L))
            {
                Constants = [1],
                Expected = [Tensor.Of<double>([1, 1], [1000 + Math.Log(2)])],
                Label = "large",
            };
            yield return new OpCase("ReduceL2", Sample.Real([2, 0]), Tensor.Vector(1L)) { Constants = [1], Expected = [Tensor.Of<double>([2, 1], [0, 0])] };
            yield return new OpCase("ArgMin", Sample.Real([3, 4])) { Attributes = Attributes.Of(("axis", 1L)) };
            yield return new OpCase("ArgMin", Sample.Real([3, 4, 5])) { Attributes = Attributes.Of(("axis", -2L), ("keepdims", 0L)) };
            yield return new OpCase("ArgMin", Tensor.Of<double>([2, 3], [1, 1, 3, 2, 2, 2]))
            {
                Attributes = Attributes.Of(("axis", 1L), ("select_last_index", 1L)),
                Expected = [Tensor.Of([2, 1], [1L, 2])],
                Label = "ties",
            };
        }
    }
}
