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

    private static Dictionary<string, Tensor> Set(params float[] values) => new() { ["w"] = Tensor.Vector<float>(values) };
}
