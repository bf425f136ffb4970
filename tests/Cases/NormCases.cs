using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class NormCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Layers, .. Channels, .. Losses];

    private static IEnumerable<OpCase> Layers
    {
        get
        {
            foreach ((int[] shape, long axis) in new (int[], long)[] { ([3, 4], -1), ([2, 3, 4], 1), ([2, 3, 4], -1), ([5], 0), ([64, 300], -1), ([2, 1], 1), ([0, 4], 1) })
            {
                int[] row = shape[(int)(axis < 0 ? axis + shape.Length : axis)..];
                int[] both = Tensor.LengthOf(shape) < 100 ? [0, 1, 2] : [];
                Attributes attributes = Attributes.Of(("axis", axis), ("epsilon", 1e-3f));
                string? empty = shape[0] == 0 ? "an empty batch is refused" : null;
                yield return new OpCase("LayerNormalization", Sample.Real(shape), Sample.Real(row, salt: 1), Sample.Real(row, salt: 2))
                {
                    Attributes = attributes,
                    Differentiable = both,
                    Tolerance = 1e-4,
                    NotInOrt = empty,
                };
                yield return new OpCase("LayerNormalization", Sample.Real(shape), Sample.Real(row, salt: 1)) { Attributes = attributes, Outputs = 3, Tolerance = 1e-4, NotInOrt = empty };
                yield return new OpCase("LayerNormGrad", Sample.Real(shape, salt: 3), Sample.Real(shape), Sample.Real(row, salt: 1))
                {
                    Domain = Model.AnnealDomain,
                    Attributes = attributes,
                    Outputs = 2,
                    Tolerance = 1e-4,
                };
            }

            yield return new OpCase("LayerNormGrad", Sample.Real([2, 3, 4], salt: 3), Sample.Real([2, 3, 4]), Sample.Real([3, 1], salt: 1))
            {
                Domain = Model.AnnealDomain,
                Attributes = Attributes.Of(("axis", 2L), ("epsilon", 1e-3f)),
                Outputs = 2,
                Tolerance = 1e-4,
            };
        }
    }

    private static IEnumerable<OpCase> Channels
    {
        get
        {
            yield return new OpCase("InstanceNormalization", Sample.Real([2, 3, 4, 2]), Sample.Real([3], salt: 1), Sample.Real([3], salt: 2)) { Differentiable = [0, 1, 2], Tolerance = 1e-4 };
            yield return new OpCase("InstanceNormalization", Sample.Real([2, 3, 5]), Sample.Real([3], salt: 1), Sample.Real([3], salt: 2))
            {
                Attributes = Attributes.Of(("epsilon", 0.1f)),
                Differentiable = [0, 1, 2],
                Tolerance = 1e-4,
            };
            yield return new OpCase("GroupNormalization", Sample.Real([2, 6, 4]), Sample.Real([2], salt: 1), Sample.Real([2], salt: 2))
            {
                Attributes = Attributes.Of(("num_groups", 2L)),
                Differentiable = [0, 1, 2],
                Tolerance = 1e-4,
            };
            yield return new OpCase("MeanVarianceNormalization", Sample.Real([2, 3, 4, 2])) { Differentiable = [0], Tolerance = 1e-4 };
            yield return new OpCase("MeanVarianceNormalization", Sample.Real([2, 3, 4])) { Attributes = Attributes.Of(("axes", new[] { 1L })), Differentiable = [0], Tolerance = 1e-4 };
            foreach (long p in new[] { 1L, 2L })
            {
                yield return new OpCase("LpNormalization", Sample.Real([3, 4])) { Attributes = Attributes.Of(("p", p)), Differentiable = [0] };
                yield return new OpCase("LpNormalization", Sample.Real([2, 3, 4])) { Attributes = Attributes.Of(("p", p), ("axis", 1L)), Differentiable = [0] };
            }

            yield return new OpCase("LpNormalization", Tensor.Of<double>([2, 2], [0, 0, 3, 4])) { Expected = [Tensor.Of<double>([2, 2], [0, 0, 0.6, 0.8])], Label = "zero" };
            foreach (long size in new[] { 1L, 2, 3, 4 })
            {
                yield return new OpCase("LRN", Sample.Real([2, 5, 2, 3]))
                {
                    Attributes = Attributes.Of(("size", size), ("alpha", 0.5f), ("beta", 0.6f), ("bias", 1.5f)),
                    Differentiable = [0],
                    NotInOrt = size % 2 == 0 ? "an even size is refused" : null,
                };
            }
        }
    }

    private static IEnumerable<OpCase> Losses
    {
        get
        {
            foreach (string reduction in new[] { "mean", "sum", "none" })
            {
                Attributes plain = Attributes.Of(("reduction", reduction));
                Attributes ignoring = plain.With("ignore_index", 1);
                Tensor target = Tensor.Vector(2L, 1, 0, 3);
                yield return new OpCase("NegativeLogLikelihoodLoss", Sample.Real([4, 5]), target) { Attributes = plain, Differentiable = [0] };
                yield return new OpCase("NegativeLogLikelihoodLoss", Sample.Real([4, 5]), target) { Attributes = ignoring, Differentiable = [0] };
                yield return new OpCase("NegativeLogLikelihoodLoss", Sample.Real([4, 5]), target, Sample.Real([5], 0.2, 2, 3)) { Attributes = plain, Differentiable = [0, 2] };
                yield return new OpCase("NegativeLogLikelihoodLoss", Sample.Real([4, 5]), target, Sample.Real([5], 0.2, 2, 3)) { Attributes = ignoring, Differentiable = [0, 2] };
                yield return new OpCase("NegativeLogLikelihoodLoss", Sample.Real([2, 3, 2, 2]), Sample.Whole([2, 2, 2], 3), Sample.Real([3], 0.2, 2, 3)) { Attributes = plain, Differentiable = [0, 2] };
                yield return new OpCase("NegativeLogLikelihoodLoss", Sample.Real([4, 5]), Tensor.Vector(2, 1, 0, 3)) { Attributes = plain, Differentiable = [0] };
            }
        }
    }
}
