using Anneal.Exporter;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Exporter;

public sealed class TemperatureTests
{
    [Test]
    public void Fit_TwoClassesOfKnownShares_IsWhereProbabilityEqualsShare()
    {
        // The model says 0.9 of every row and is right in 3 of 4: sigmoid(ln 9 / T) = 0.75 where T = ln 9 / ln 3 = 2.
        Tensor p = Tensor.Of<float>([8, 1], [.. Enumerable.Repeat(0.9f, 8)]);

        Assert.That(Temperature.Fit(ModelTask.Binary, p, Tensor.Vector(1L, 1, 1, 0, 1, 1, 1, 0)), Is.EqualTo(2).Within(1e-5));
    }

    [Test]
    public void Fit_Classes_NoOtherTemperatureHasLessLogLoss()
    {
        float[] rows = [0.7f, 0.2f, 0.1f, 0.1f, 0.8f, 0.1f, 0.3f, 0.3f, 0.4f, 0.05f, 0.05f, 0.9f, 0.6f, 0.3f, 0.1f];
        long[] truth = [0, 1, 0, 2, 1];
        double best = Temperature.Fit(ModelTask.Classification, Tensor.Of<float>([5, 3], rows), Tensor.Vector<long>(truth));

        double LossAt(double t) => Enumerable.Range(0, 5).Sum(r =>
        {
            double[] powers = [.. rows[(3 * r)..(3 * (r + 1))].Select(p => Math.Pow(p, 1 / t))];
            return -Math.Log(powers[truth[r]] / powers.Sum());
        });
        Assert.That(LossAt(best), Is.LessThan(LossAt(best * 1.01)).And.LessThan(LossAt(best / 1.01)));
    }

    [Test]
    public void Fit_LabelsAsSureAsTheyAreRight_IsOne()
    {
        Tensor p = Tensor.Of<float>([4, 1], [0.75f, 0.75f, 0.75f, 0.75f]);

        Assert.That(Temperature.Fit(ModelTask.Multilabel, p, Tensor.Of<float>([4, 1], [1, 1, 1, 0])), Is.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void Fit_EveryRowRight_StopsAtTheLimit() =>
        Assert.That(Temperature.Fit(ModelTask.Binary, Tensor.Of<float>([1, 1], [0.9f]), Tensor.Vector(1L)), Is.EqualTo(1 / 20.0).Within(1e-9));

    [Test]
    public void Fit_NoRows_IsRefused() =>
        Assert.That(() => Temperature.Fit(ModelTask.Binary, Tensor.Zeros(DType.Float, 0, 1), Tensor.Vector<long>()), Throws.TypeOf<AnnealException>());
}
