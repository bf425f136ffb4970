using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class ReduceCases : IOpCases
{
    public IEnumerable<OpCase> Cases
    {
        get
        {
            foreach (string op in new[] { "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd" })
            {
                bool rule = op != "ReduceProd";
                (double low, double high) = rule ? (-2, 2) : (0.9, 1.1);
                foreach ((int[] shape, long[]? axes) in new (int[], long[]?)[]
                {
                    ([3, 4], [0]), ([3, 4], [-1]), ([3, 4], null), ([2, 3, 4], [1]), ([2, 3, 4], [0, 2]), ([2, 3, 4, 5], [1, -1]), ([17], [0]), ([1, 5, 1], [0]), ([], null),
                    ([64, 1003], [0]), ([64, 1003], [1]), ([5000, 10], [0]), ([5000, 10], [1]), ([100003], null), ([7, 2, 70000], [0, 2]), ([300, 3, 301], [1]), ([300, 3, 301], [0, 2]),
                })
                {
                    foreach (long keep in new[] { 0L, 1L })
                    {
                        int length = Tensor.LengthOf(shape);
                        if (length > 1000 && (keep == 1 || (!rule && length > 5000)))
                        {
                            continue;
                        }

                        yield return new OpCase(op, Sample.Real(shape, low, high), axes is null ? null : Tensor.Vector(axes))
                        {
                            Attributes = Attributes.Of(("keepdims", keep)),
                            Constants = axes is null ? [] : [1],
                            Differentiable = rule && length < 200 ? [0] : [],
                            Tolerance = length > 1000 ? 1e-3 : 1e-5,
                            Label = axes is null ? "" : $"axes {string.Join(",", axes)}",
                        };
                    }
                }

                yield return new OpCase(op, Sample.Real([2, 3], low, high)) { Attributes = Attributes.Of(("noop_with_empty_axes", 1L)), Differentiable = rule ? [0] : [] };
                yield return new OpCase(op, Sample.Whole([4, 6], 9, 1), Tensor.Vector(1L)) { Constants = [1] };
            }

            yield return new OpCase("ReduceSum", Sample.Real([0, 3]), Tensor.Vector(0L))
            {
                Constants = [1],
                Attributes = Attributes.Of(("keepdims", 0L)),
                Expected = [Tensor.Vector(0.0, 0, 0)],
            };
            yield return new OpCase("ReduceProd", Sample.Real([2, 0]), Tensor.Vector(1L)) { Constants = [1], Expected = [Tensor.Of<double>([2, 1], [1, 1])] };
            yield return new OpCase("ReduceMax", Sample.Real([2, 0]), Tensor.Vector(1L))
            {
                Constants = [1],
                Expected = [Tensor.Of([2, 1], [double.NegativeInfinity, double.NegativeInfinity])],
                NotInOrt = "the largest of nothing is refused at opset 18",
            };
            foreach (string op in new[] { "ReduceMax", "ReduceMin", "ReduceSum" })
            {
                foreach (int place in new[] { 0, 5, 39 })
                {
                    Tensor x = Sample.Real([40]);
                    x.Span<double>()[place] = double.NaN;
                    yield return new OpCase(op, x) { Attributes = Attributes.Of(("keepdims", 0L)), Expected = [Tensor.Scalar(double.NaN)], Label = $"nan at {place}", NotInOrt = "NaN is not defined by the standard" };
                }
            }

            yield return new OpCase("ReduceMean", Tensor.Of<double>([2, 2], [1, 3, 5, 9]), Tensor.Vector(1L)) { Constants = [1], Expected = [Tensor.Of<double>([2, 1], [2, 7])], Label = "by hand" };
            yield return new OpCase("ArgMax", Sample.Real([3, 4])) { Attributes = Attributes.Of(("axis", 1L)) };
            yield return new OpCase("ArgMax", Sample.Real([3, 4, 5])) { Attributes = Attributes.Of(("axis", -2L), ("keepdims", 0L)) };
            yield return new OpCase("ArgMax", Sample.Real([6000, 10])) { Attributes = Attributes.Of(("axis", 1L), ("keepdims", 0L)) };
            yield return new OpCase("ArgMax", Tensor.Of<double>([2, 3], [1, 3, 3, 2, 2, 2])) { Attributes = Attributes.Of(("axis", 1L)), Expected = [Tensor.Of([2, 1], [1L, 0])], Label = "ties" };
            yield return new OpCase("ArgMax", Tensor.Of<double>([2, 3], [1, 3, 3, 2, 2, 2]))
            {
                Attributes = Attributes.Of(("axis", 1L), ("select_last_index", 1L)),
                Expected = [Tensor.Of([2, 1], [2L, 2])],
                Label = "ties",
            };
            yield return new OpCase("ArgMax", Tensor.Vector(1.0, double.NaN, 3)) { Expected = [Tensor.Vector(1L)], Label = "nan", NotInOrt = "NaN is not defined by the standard" };
        }
    }
}
