using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class LossCases : IOpCases
{
    public IEnumerable<OpCase> Cases
    {
        get
        {
            foreach (string reduction in new[] { "none", "sum", "mean" })
            {
                foreach ((int[] shape, int[] labels) in new (int[], int[])[] { ([4, 3], [4]), ([2, 3, 2, 2], [2, 2, 2]), ([1, 5], [1]) })
                {
                    foreach (bool weighted in new[] { false, true })
                    {
                        foreach (int outputs in new[] { 1, 2 })
                        {
                            foreach (bool ignore in new[] { false, true })
                            {
                                if (ignore && labels[0] == 1)
                                {
                                    continue;
                                }

                                yield return new OpCase("SoftmaxCrossEntropyLoss", Sample.Real(shape), Sample.Whole(labels, shape[1]), weighted ? Sample.Real([shape[1]], 0.5, 2, 3) : null)
                                {
                                    Attributes = Attributes.Of(("reduction", reduction), ("ignore_index", ignore ? 1L : null)),
                                    Outputs = outputs,
                                    Differentiable = weighted ? [0, 2] : [0],
                                    Label = outputs == 2 ? "with log_prob" : "",
                                };
                            }
                        }
                    }
                }
            }

            yield return new OpCase("SoftmaxCrossEntropyLoss", Sample.Real([600, 40]), Sample.Whole([600], 40)) { Outputs = 2, Tolerance = 2e-5 };
            yield return new OpCase("SoftmaxCrossEntropyLoss", Tensor.Of<double>([2, 2], [0, 0, 0, 0]), Tensor.Vector(0, 1)) { Expected = [Tensor.Scalar(Math.Log(2))], Label = "int32 labels" };
            foreach ((int[] scale, int[] shape, int[] labels) in new (int[], int[], int[])[]
            {
                ([], [4, 3], [4]), ([4], [4, 3], [4]), ([2, 2], [2, 3, 2], [2, 2]), ([], [2, 3, 2, 2], [2, 2, 2]), ([700], [700, 50], [700]),
            })
            {
                yield return new OpCase("SoftmaxCrossEntropyGrad", Sample.Real(scale, 0.5, 1), Sample.Real(shape, -3, 0), Sample.Whole(labels, shape[1] + 1))
                {
                    Domain = Model.AnnealDomain,
                };
            }
        }
    }
}
