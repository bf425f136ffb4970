using Anneal.Onnx.Ir;

namespace Anneal.Tests.Cases;

internal sealed class AttentionCases : IOpCases
{
    public IEnumerable<OpCase> Cases
    {
        get
        {
            foreach ((int n, int length, int heads, int depth) in new[] { (2, 3, 2, 2), (1, 1, 1, 1), (2, 5, 1, 3), (3, 28, 4, 16), (1, 17, 2, 32), (70, 2, 1, 5), (0, 4, 2, 3), (1, 400, 1, 4) })
            {
                int width = heads * depth;
                Attributes attributes = Attributes.Of(("heads", (long)heads));
                yield return new OpCase("SelfAttention", Sample.Real([n, length, 3 * width]))
                {
                    Domain = Model.AnnealDomain,
                    Attributes = attributes,
                    Outputs = 2,
                    Detached = [1],
                    Differentiable = n * length * width is > 0 and < 50 ? [0] : [],
                    Tolerance = 2e-5,
                };
                yield return new OpCase(
                    "SelfAttentionGrad", Sample.Real([n, length, width]), Sample.Real([n, length, 3 * width], salt: 1), Sample.Real([n, heads, length, length], 0, 1, salt: 2))
                {
                    Domain = Model.AnnealDomain,
                    Attributes = attributes,
                    Tolerance = 1e-4,
                };
            }
        }
    }
}
