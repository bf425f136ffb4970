using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Tests.TrainerData;

public sealed class ArraySourceTests
{
    private static string Npy(TempFolder folder, string name, Tensor tensor)
    {
        using FileStream stream = File.Create(folder[name]);
        NpyWriter.Write(stream, tensor);
        return folder[name];
    }

    [Test]
    public void Load_IntegerLabels_AreClassesNamedByNumber()
    {
        using var folder = new TempFolder();
        var source = new NpySource(Npy(folder, "x.npy", Tensor.Zeros(DType.UInt8, 3, 4, 4)), Npy(folder, "y.npy", Tensor.Of<int>([3, 1], [2, 0, 2])));
        DataTable table = source.Load();
        Assert.That(table.Features.Single().ToString(), Is.EqualTo("FeatureColumn { Name = input, Kind = , Values = uint8[3,4,4], SourceSizes =  }"));
        Assert.That(table.Target.Span<long>().ToArray(), Is.EqualTo(new long[] { 2, 0, 2 }));
        Assert.That(table.ClassNames, Is.EqualTo(new[] { "0", "1", "2" }));
    }

    [Test]
    public void Load_FloatLabels_AreNumbers()
    {
        using var folder = new TempFolder();
        string x = Npy(folder, "x.npy", Tensor.Zeros(DType.Float, 2, 3));
        DataTable table = new NpySource(x, Npy(folder, "y.npy", Tensor.Vector(1.5, -2))).Load();
        Assert.That(table.Target.Span<float>().ToArray(), Is.EqualTo(new[] { 1.5f, -2 }));
        Assert.That(table.ClassNames, Is.Null);
        string bad = Npy(folder, "z.npy", Tensor.Vector(1.5, 1e300));
        Assert.That(() => new NpySource(x, bad).Load(), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{bad}: row 1 (from 0): the label is not finite in float32"));
    }

    [Test]
    public void Load_WrongLabels_NameFileAndRow()
    {
        using var folder = new TempFolder();
        string x = Npy(folder, "x.npy", Tensor.Zeros(DType.UInt8, 3, 2));
        string y = Npy(folder, "y.npy", Tensor.Vector<long>(0, 1, 1));
        string negative = Npy(folder, "n.npy", Tensor.Vector<long>(0, -1, 1));
        string large = Npy(folder, "l.npy", Tensor.Vector<long>(0, 1, 2));
        string few = Npy(folder, "f.npy", Tensor.Vector<long>(0, 1));
        string wide = Npy(folder, "w.npy", Tensor.Zeros(DType.Int64, 3, 2, 1));
        string odd = Npy(folder, "o.npy", Tensor.Of<float>([3, 2], [1, 2, float.NaN, 4, 5, 6]));
        DataTable train = new NpySource(x, y).Load();
        (Action Action, string Message)[] cases =
        [
            (() => new NpySource(x, negative).Load(), $"{negative}: row 1 (from 0): label -1 is not a class from 0 to 65535"),
            (() => new NpySource(x, large) { ClassNames = ["a", "b"] }.Load(), $"{large}: row 2 (from 0): label 2 is not a class from 0 to 1"),
            (() => new NpySource(x, large).Load(train), $"{large}: row 2 (from 0): label 2 is not a class from 0 to 1. hint: the classes are those of the training data"),
            (() => new NpySource(odd, y).Load(), $"{odd}: row 1 (from 0): element 0 is not finite in float32"),
            (() => new NpySource(x, few).Load(), $"{x}: 3 rows, but 2 labels in {few}"),
            (() => new NpySource(x, wide).Load(), $"{wide}: int64[3,2,1], expected one label, or a line of labels, a row"),
        ];
        foreach ((Action action, string message) in cases)
        {
            var error = Assert.Throws<AnnealException>(action);
            Assert.That(error!.Message, Is.EqualTo(message));
            Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        }
    }

    [Test]
    public void Mnist_OfTheBuild_IsWhole()
    {
        DataTable train = KnownDataset.Mnist.Train.Load();
        DataTable test = KnownDataset.Mnist.Test.Load(train);
        Assert.That(train.Features[0].Values.ToString(), Is.EqualTo("uint8[60000,28,28]"));
        Assert.That(test.Features[0].Values.ToString(), Is.EqualTo("uint8[10000,28,28]"));
        Assert.That(train.Target.Span<long>().ToArray().CountBy(c => c).OrderBy(c => c.Key).Select(c => c.Value), Is.EqualTo(new[] { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 }));
        Assert.That(test.ClassNames, Is.EqualTo(train.ClassNames));
    }
}
