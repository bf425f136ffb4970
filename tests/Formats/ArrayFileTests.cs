using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Formats;

public sealed class ArrayFileTests
{
    private TempFolder _folder = new();

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Read_IdxInParts_GivesTheRowsInTheMachinesByteOrder()
    {
        using ArrayFile file = ArrayFile.TryOpen(_folder.Write("a", [0, 0, 0x0B, 2, 0, 0, 0, 3, 0, 0, 0, 2, 0, 1, 0, 2, 0, 3, 0, 4, 1, 0, 255, 255]))!;
        Tensor first = file.Read(2)!;
        Tensor second = file.Read(2)!;

        Assert.That(file.Header.Shape, Is.EqualTo(new[] { 3, 2 }));
        Assert.That(first.Span<short>().ToArray(), Is.EqualTo(new short[] { 1, 2, 3, 4 }));
        Assert.That(second.Span<short>().ToArray(), Is.EqualTo(new short[] { 256, -1 }));
        Assert.That(file.Read(2), Is.Null);
    }

    [Test]
    public void Read_NpyGzipped_EqualsReadingItWhole()
    {
        Tensor whole = Tensor.Of<double>([5, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        using var bytes = new MemoryStream();
        NpyWriter.Write(bytes, whole);
        using ArrayFile file = ArrayFile.TryOpen(_folder.WriteGzip("a.npy.gz", bytes.ToArray()))!;
        var values = new List<double>();
        while (file.Read(3) is { } rows)
        {
            values.AddRange(rows.Span<double>());
        }

        Assert.That(values, Is.EqualTo(whole.Span<double>().ToArray()));
    }

    [Test]
    public void Read_DataAfterTheLastRow_IsAnError()
    {
        string path = _folder.Write("a", [0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3]);
        using ArrayFile file = ArrayFile.TryOpen(path)!;
        file.Read(2);
        Assert.That(() => file.Read(2), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{path}: data goes on after the 2 rows that the header promises"));
    }

    [Test]
    public void TryOpen_Text_IsNull()
    {
        Assert.That(ArrayFile.TryOpen(_folder.Write("a.csv", "x,y\n1,2\n")), Is.Null);
        Assert.That(ArrayFile.TryOpen(_folder.Write("empty", "")), Is.Null);
    }
}
