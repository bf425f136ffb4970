using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

internal sealed class TrainCases : IOpCases
{
    public IEnumerable<OpCase> Cases
    {
        get
        {
            foreach (int length in Sample.Lengths)
            {
                Tensor w = Sample.Real([length]);
                Tensor g = Sample.Real([length], salt: 1);
                Tensor m = Sample.Real([length], -0.1, 0.1, 2);
                Tensor v = Sample.Real([length], 0, 0.1, 3);
                Tensor lr = Sample.Scalar(0.01);
                foreach (float decay in new[] { 0f, 0.1f })
                {
                    yield return new OpCase("SgdStep", w, g, lr) { Domain = Model.AnnealDomain, Attributes = Attributes.Of(("weight_decay", decay)) };
                    yield return new OpCase("AdamStep", w, g, m, v, lr, Tensor.Scalar(3L))
                    {
                        Domain = Model.AnnealDomain,
                        Attributes = Attributes.Of(("beta1", 0.9f), ("beta2", 0.999f), ("epsilon", 1e-8f), ("weight_decay", decay)),
                        Outputs = 3,
                    };
                    foreach (long nesterov in new[] { 0L, 1L })
                    {
                        yield return new OpCase("MomentumStep", w, g, m, lr)
                        {
                            Domain = Model.AnnealDomain,
                            Attributes = Attributes.Of(("momentum", 0.9f), ("weight_decay", decay), ("nesterov", nesterov)),
                            Outputs = 2,
                        };
                    }
                }
            }
        }
    }
}
