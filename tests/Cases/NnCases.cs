using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class NnCases : IOpCases
{
    public IEnumerable<OpCase> Cases
    {
        get
        {
            foreach (string op in new[] { "Softmax", "LogSoftmax" })
            {
                foreach ((int[] shape, long axis) in new (int[], long)[]
                {
                    ([3, 4], -1), ([3, 4], 0), ([2, 3, 4], 1), ([5], 0), ([64, 10], 1), ([3, 1], 1), ([2000, 10], -1), ([3, 20000], -1), ([10, 3, 700], 1), ([0, 4], 1), ([2, 17], -1),
                })
                {
                    yield return new OpCase(op, Sample.Real(shape))
                    {
                        Attributes = Attributes.Of(("axis", axis)),
                        Differentiable = Tensor.LengthOf(shape) is > 0 and < 100 ? [0] : [],
                        Tolerance = 2e-5,
                    };
                }

                yield return new OpCase(op, Tensor.Of<double>([1, 2], [1000, 1000])) { Expected = [Tensor.Of<double>([1, 2], op == "Softmax" ? [0.5, 0.5] : [-Math.Log(2), -Math.Log(2)])], Label = "large" };
            }

            yield return new OpCase("Dropout", Sample.Real([3, 4])) { Outputs = 2, Differentiable = [0] };
            yield return new OpCase("Dropout", Sample.Real([3, 4]), Sample.Scalar(0.5), Tensor.Scalar(false)) { Differentiable = [0] };
            foreach ((int[] shape, long step, float ratio) in new (int[], long, float)[]
            {
                ([3, 5], 1, 0.5f), ([0], 1, 0.5f), ([1], 7, 0.1f), ([2, 17], 4294967295, 0.9f), ([64, 700], 123, 0.3f), ([4], 3, 0f),
            })
            {
                yield return new OpCase("RandomDropout", Sample.Real(shape), Tensor.Scalar(step))
                {
                    Domain = Model.AnnealDomain,
                    Attributes = Attributes.Of(("ratio", ratio), ("key", unchecked((long)CounterRandom.Key(42, "dropout")))),
                    Outputs = 2,
                    Differentiable = Tensor.LengthOf(shape) < 100 ? [0] : [],
                    Label = $"step {step}",
                };
            }

            foreach ((int[] shape, long step, float deviation) in new (int[], long, float)[]
            {
                ([1], 7, 0.1f), ([3, 5], 1, 0.5f), ([2, 17], 4294967295, 2f), ([64, 700], 123, 0.3f), ([4], 3, 0f),
            })
            {
                yield return new OpCase("GaussianNoise", Sample.Real(shape), Tensor.Scalar(step))
                {
                    Domain = Model.AnnealDomain,
                    Attributes = Attributes.Of(("deviation", deviation), ("key", unchecked((long)CounterRandom.Key(42, "noise")))),
                    Differentiable = Tensor.LengthOf(shape) < 100 ? [0] : [],
                    Label = $"noise of step {step}",
                };
            }
        }
    }
}
