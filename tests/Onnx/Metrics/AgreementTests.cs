using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx.Metrics;

internal sealed class AgreementTests
{
    [Test]
    public void Of_Classes_IsTheShareOfRowsThatAreDecidedAlike()
    {
        Answers a = Classes(0.9f, 0.1f, 0.8f, 0.2f, 0.3f, 0.7f);
        Answers b = Classes(0.6f, 0.4f, 0.4f, 0.6f, 0.1f, 0.9f);

        Assert.That(Agreement.Of(a, b), Is.EqualTo(2.0 / 3));
        Assert.That(Agreement.Of(a, a), Is.EqualTo(1));
    }

    [Test]
    public void Of_Numbers_IsTheirCorrelation()
    {
        Assert.That(Agreement.Of(Numbers(1, 2, 3), Numbers(10, 20, 30)), Is.EqualTo(1).Within(1e-12));
        Assert.That(Agreement.Of(Numbers(1, 2, 3), Numbers(3, 2, 1)), Is.EqualTo(-1).Within(1e-12));
        Assert.That(Agreement.Of(Numbers(1, 2, 3), Numbers(1, 3, 2)), Is.EqualTo(0.5).Within(1e-12));
        Assert.That(Agreement.Of(Numbers(1, 1, 1), Numbers(1, 3, 2)), Is.NaN);
    }

    private static Answers Classes(params float[] p) => new(
        ModelTask.Classification, new Dictionary<string, Tensor> { [ModelSignature.ProbabilitiesOutput] = Tensor.Of<float>([p.Length / 2, 2], p) }, Tensor.Vector(0L, 0L, 1L), new MetricOptions());

    private static Answers Numbers(params float[] y) => new(
        ModelTask.Regression, new Dictionary<string, Tensor> { [ModelSignature.PredictionOutput] = Tensor.Of<float>([y.Length, 1], y) }, Tensor.Vector(0f, 0f, 0f), new MetricOptions());
}
