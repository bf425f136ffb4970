using Anneal.Exporter;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;

namespace Anneal.Tests.Exporter;

internal sealed class AveragingTests
{
    [Test]
    public void Mean_ThreeSets_IsSumInDoubleOverTheirNumber()
    {
        // In float, 1e8 + 1 is 1e8: the mean would lose the ones.
        IReadOnlyDictionary<string, Tensor> mean = Averaging.Mean([Set(1e8f, 3), Set(1, 4), Set(-1e8f, 8)]);

        Compare.Same(mean["w"], Tensor.Vector(1 / 3f, 5f), "mean");
    }

    [Test]
    public void Mean_OneSet_IsItsCopy()
    {
        Dictionary<string, Tensor> set = Set(0.1f, 0.2f);

        Tensor mean = Averaging.Mean([set])["w"];

        Compare.Same(mean, set["w"], "mean");
        Assert.That(mean, Is.Not.SameAs(set["w"]));
    }

    [Test]
    public void Mean_Nothing_IsAnError() =>
        Assert.That(() => Averaging.Mean([]), Throws.ArgumentException.With.Message.Contains("nothing to average"));

    [Test]
    public void Mean_SetsThatDiffer_NamesTheTensor()
    {
        Dictionary<string, Tensor> more = Set(1, 2);
        more.Add("b", Tensor.Scalar(1f));
        Assert.Multiple(() =>
        {
            Assert.That(() => Averaging.Mean([Set(1, 2), Set(1, 2, 3)]), Throws.ArgumentException.With.Message.Contains("'w' is not float[2] in every set"));
            Assert.That(() => Averaging.Mean([Set(1, 2), new Dictionary<string, Tensor> { ["v"] = Tensor.Vector(1f, 2f) }]), Throws.ArgumentException.With.Message.Contains("'w'"));
            Assert.That(() => Averaging.Mean([Set(1, 2), more]), Throws.ArgumentException);
            Assert.That(() => Averaging.Mean([more, Set(1, 2)]), Throws.ArgumentException);
        });
    }

    // The score is -|mean - 3|: 2 is best alone; with 5 the mean is 3.5, with 6 then 4.33, with 1 instead 2.67.
    [Test]
    public void GreedySoup_FromTheBestDown_TakesWhatMakesTheMeanNoWorse()
    {
        var scored = new List<float>();
        (IReadOnlyDictionary<string, Tensor> soup, IReadOnlyList<int> taken) = Averaging.GreedySoup([Set(6), Set(1), Set(5), Set(2)], set =>
        {
            scored.Add(set["w"].Span<float>()[0]);
            return -Math.Abs(scored[^1] - 3);
        });

        // Alone: 6, 1, 5, 2. Then 2 is taken; of 1, 5 (equal, in the order given) 1 makes 1.5, which is worse; 5 makes 3.5; 6 makes 4.33.
        Assert.That(scored, Is.EqualTo(new[] { 6, 1, 5, 2, 1.5f, 3.5f, 13 / 3f }));
        Assert.That(taken, Is.EqualTo(new[] { 3, 2 }));
        Compare.Same(soup["w"], Tensor.Vector(3.5f), "soup");
    }

    [Test]
    public void GreedySoup_EqualScoresAndNaN_TakesTheOneAndNotTheOther()
    {
        IReadOnlyList<int> taken = Averaging.GreedySoup([Set(float.NaN), Set(1), Set(2)], set => float.IsNaN(set["w"].Span<float>()[0]) ? double.NaN : 1).Taken;

        Assert.That(taken, Is.EqualTo(new[] { 1, 2 }));
    }

    private static Dictionary<string, Tensor> Set(params float[] values) => new() { ["w"] = Tensor.Vector<float>(values) };
}
