using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Tests.TrainerData;

public sealed class DataTableTests
{
    private static DataTable Table() => new(
        [new FeatureColumn("x", null, Tensor.Vector<float>([10, 11, 12, 13, 14]).Reshape([5, 1]))], Tensor.Vector<long>([0, 2, 1, 2, 0]), ["a", "b", "c"])
    {
        Weight = Tensor.Vector<float>([1, 2, 3, 4, 5]),
        Marks = ["p", "q", "r", "s", "t"],
    };

    [Test]
    public void OfClasses_InAnotherOrder_KeepsTheirRowsAndNumbersThemAnew()
    {
        DataTable table = Table().OfClasses(["c", "a"]);

        Assert.That(table.ClassNames, Is.EqualTo(new[] { "c", "a" }));
        Assert.That(table.Target.Span<long>().ToArray(), Is.EqualTo(new long[] { 1, 0, 0, 1 }));
        Assert.That(table.Features[0].Values.Span<float>().ToArray(), Is.EqualTo(new float[] { 10, 11, 13, 14 }));
        Assert.That(table.Weight!.Span<float>().ToArray(), Is.EqualTo(new float[] { 1, 2, 4, 5 }));
        Assert.That(table.Marks, Is.EqualTo(new[] { "p", "q", "s", "t" }));
    }

    [Test]
    public void OfClasses_UnknownOne_NamesItAndTheOthers() => Assert.That(
        () => Table().OfClasses(["a", "d"]), Throws.TypeOf<AnnealException>().With.Message.EqualTo("there is no class 'd'. hint: the classes are a, b, c"));

    [Test]
    public void OfClasses_TargetOfNumbers_IsRefused() => Assert.That(
        () => new DataTable([], Tensor.Vector<float>([1, 2]), null).OfClasses(["a"]), Throws.TypeOf<AnnealException>().With.Message.Contains("the target is a number"));
}
