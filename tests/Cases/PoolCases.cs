using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class PoolCases : IOpCases
{
    public IEnumerable<OpCase> Cases => [.. Max, .. Average, .. Global, .. Norms];

    private static IEnumerable<OpCase> Max
    {
        get
        {
            (int[] X, Attributes Attributes)[] cases =
            [
                ([2, 3, 6, 8], Of([2, 2], [2, 2])),
                ([1, 2, 7, 9], Of([2, 2], [2, 2])),
                ([1, 2, 7, 9], Of([2, 2], [2, 2]).With("ceil_mode", 1L)),
                ([1, 2, 7, 8], Of([3, 3], [2, 2], [1, 1, 1, 1])),
                ([1, 2, 7, 8], Of([3, 2], [1, 2], [1, 0, 1, 1])),
                ([1, 2, 9, 9], Of([2, 3], [1, 1]).With("dilations", new long[] { 3, 2 })),
                ([1, 2, 5, 6], Of([3, 3], [2, 2]).With("auto_pad", "SAME_UPPER")),
                ([2, 2, 9], Of([3], [2])),
            ];
            foreach ((int[] x, Attributes attributes) in cases)
            {
                yield return new OpCase("MaxPool", Sample.Real(x)) { Attributes = attributes, Outputs = 2, Differentiable = [0] };
            }

            yield return new OpCase("MaxPool", Sample.Real([1, 2, 5, 6])) { Attributes = Of([2, 2], [1, 2]).With("storage_order", 1L), Outputs = 2, Differentiable = [0] };
            yield return new OpCase("MaxPool", Sample.Real([2, 2, 7])) { Attributes = Of([3], [2]).With("storage_order", 1L), Outputs = 2, Differentiable = [0] };
            yield return new OpCase("MaxPool", Sample.Real([64, 20, 28, 28])) { Attributes = Of([2, 2], [2, 2]) };
            Attributes spatial = Attributes.Of(("spatial", new long[] { 4, 5 }));
            yield return new OpCase("MaxPoolGrad", Sample.Real([2, 2, 2, 2]), Tensor.Of<long>([2, 2, 2, 2], [0, 3, 0, 19, 21, 39, 22, 25, 41, 42, 59, 59, 60, 79, 79, 63]))
            {
                Domain = Model.AnnealDomain,
                Attributes = spatial,
                Differentiable = [0],
            };
        }
    }

    private static IEnumerable<OpCase> Average
    {
        get
        {
            (int[] X, Attributes Attributes)[] cases =
            [
                ([2, 3, 6, 8], Of([2, 2], [2, 2])),
                ([1, 2, 7, 8], Of([3, 3], [2, 2], [1, 1, 1, 1])),
                ([1, 2, 7, 8], Of([3, 3], [2, 2], [1, 1, 1, 1]).With("count_include_pad", 1L)),
                ([1, 2, 8, 9], Of([3, 2], [2, 3], [0, 1, 1, 0])),
                ([1, 2, 7, 9], Of([2, 2], [2, 2]).With("ceil_mode", 1L)),
                ([1, 2, 5, 6], Of([3, 3], [2, 2]).With("auto_pad", "SAME_LOWER")),
                ([2, 2, 9], Of([4], [3], [1, 1])),
            ];
            foreach ((int[] x, Attributes attributes) in cases)
            {
                yield return new OpCase("AveragePool", Sample.Real(x)) { Attributes = attributes, Differentiable = [0] };
            }
        }
    }

    private static IEnumerable<OpCase> Global
    {
        get
        {
            foreach (string op in new[] { "GlobalAveragePool", "GlobalMaxPool" })
            {
                yield return new OpCase(op, Sample.Real([2, 3, 4, 5])) { Differentiable = [0] };
                yield return new OpCase(op, Sample.Real([1, 40, 9])) { Differentiable = [0] };
            }
        }
    }

    private static IEnumerable<OpCase> Norms
    {
        get
        {
            foreach (int[] x in new int[][] { [4, 3, 2, 5], [5, 2], [3, 2, 7], [6, 2, 9, 9], [5, 2, 20, 21] })
            {
                bool isSmall = Tensor.LengthOf(x) < 200;
                yield return new OpCase("BatchNormalization", Statistics(x)) { Attributes = Attributes.Of(("epsilon", 0.01f)), Differentiable = isSmall ? [0, 1, 2, 3, 4] : [] };
                yield return new OpCase("BatchNormTrain", Statistics(x))
                {
                    Domain = Model.AnnealDomain,
                    Attributes = Momentum,
                    Outputs = 5,
                    Detached = [1, 2, 3, 4],
                    Differentiable = isSmall ? [0, 1, 2] : [],
                };
                yield return new OpCase("BatchNormTrainRelu", Statistics(x)) { Domain = Model.AnnealDomain, Attributes = Momentum, Outputs = 5 };
                yield return new OpCase("BatchNormTrainAddRelu", [.. Statistics(x), Sample.Real(x, salt: 6)]) { Domain = Model.AnnealDomain, Attributes = Momentum, Outputs = 5 };
                Tensor?[] gradient = [Sample.Real(x, salt: 7), .. Statistics(x)[..2], Statistics(x)[3], Statistics(x)[4]];
                yield return new OpCase("BatchNormGrad", gradient) { Domain = Model.AnnealDomain, Outputs = 3, Tolerance = 5e-5 };
                yield return new OpCase("BatchNormReluGrad", [.. gradient, Sample.Real(x, salt: 8)]) { Domain = Model.AnnealDomain, Outputs = 3, Tolerance = 5e-5 };
                yield return new OpCase("BatchNormAddReluGrad", [.. gradient, Sample.Real(x, salt: 8)]) { Domain = Model.AnnealDomain, Outputs = 4, Tolerance = 5e-5 };
                yield return new OpCase("ReluGrad", Sample.Real(x), Sample.Real(x, salt: 1)) { Domain = Model.AnnealDomain };
            }

            yield return new OpCase("BatchNormalization", Statistics([4, 3, 2, 5]))
            {
                Attributes = Attributes.Of(("training_mode", 1L), ("momentum", 0.8f)),
                Outputs = 3,
                Detached = [1, 2],
                Differentiable = [0, 1, 2],
                NotInOrt = "its CPU kernel has no training mode",
            };
        }
    }

    private static Attributes Momentum => Attributes.Of(("epsilon", 1e-3f), ("momentum", 0.9f));

    private static Tensor?[] Statistics(int[] x) =>
    [
        Sample.Real(x), Sample.Real([x[1]], salt: 1), Sample.Real([x[1]], salt: 2), Sample.Real([x[1]], salt: 3), Sample.Real([x[1]], 0.5, 2, salt: 4),
    ];

    private static Attributes Of(long[] kernel, long[] strides, long[]? pads = null) =>
        Attributes.Of(("kernel_shape", kernel), ("strides", strides), ("pads", pads is null ? null : (AttributeValue)pads));
}
