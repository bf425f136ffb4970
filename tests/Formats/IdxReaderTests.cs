using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Formats;

public sealed class IdxReaderTests
{
    private static byte[] Idx(byte type, uint[] sizes, byte[] data)
    {
        var bytes = new List<byte> { 0, 0, type, (byte)sizes.Length };
        foreach (uint size in sizes)
        {
            bytes.AddRange([(byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size]);
        }

        return [.. bytes, .. data];
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Read_Bytes_GivesShapeAndElements(bool gzip)
    {
        using var folder = new TempFolder();
        byte[] content = Idx(0x08, [2, 3], [1, 2, 3, 4, 5, 255]);
        Tensor tensor = IdxReader.Read(gzip ? folder.WriteGzip("a.gz", content) : folder.Write("a.idx", content));
        Assert.That(tensor.ToString(), Is.EqualTo("uint8[2,3]"));
        Assert.That(tensor.Span<byte>().ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 255 }));
    }

    [Test]
    public void Read_WiderTypes_SwapsToTheMachinesOrder()
    {
        using var folder = new TempFolder();
        Assert.That(IdxReader.Read(folder.Write("b", Idx(0x09, [2], [0xFF, 1]))).Span<sbyte>().ToArray(), Is.EqualTo(new sbyte[] { -1, 1 }));
        Assert.That(IdxReader.Read(folder.Write("s", Idx(0x0B, [1], [0xFF, 0xFE]))).Span<short>()[0], Is.EqualTo(-2));
        Assert.That(IdxReader.Read(folder.Write("i", Idx(0x0C, [1], [0, 1, 0, 2]))).Span<int>()[0], Is.EqualTo(65538));
        Assert.That(IdxReader.Read(folder.Write("f", Idx(0x0D, [1], [0x3F, 0xC0, 0, 0]))).Span<float>()[0], Is.EqualTo(1.5f));
        Assert.That(IdxReader.Read(folder.Write("d", Idx(0x0E, [1], [0xC0, 4, 0, 0, 0, 0, 0, 0]))).Span<double>()[0], Is.EqualTo(-2.5));
    }

    [TestCase(5, "5: row 1 (from 0) is not whole")]
    [TestCase(3, "3: row 1 (from 0) is not whole")]
    [TestCase(7, "7")]
    [TestCase(0, "0: row 0 (from 0) is not whole")]
    public void Read_CountContradictsHeader_NamesBothAndTheRow(int given, string found)
    {
        using var folder = new TempFolder();
        byte[] content = Idx(0x08, [2, 3], new byte[given]);
        foreach (string path in new[] { folder.Write("x.idx", content), folder.WriteGzip("x.gz", content) })
        {
            var error = Assert.Throws<AnnealException>(() => IdxReader.Read(path));
            Assert.That(error!.Message, Is.EqualTo($"{path}: expected 6 bytes of data for [2,3], found {found}"));
            Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        }
    }

    [Test]
    public void Read_HugeClaimInSmallFile_IsRefusedWithoutAllocating()
    {
        using var folder = new TempFolder();
        byte[] content = Idx(0x08, [60000, 28, 28], [1, 2]);
        string raw = folder.Write("x.idx", content);
        string gzip = folder.WriteGzip("x.gz", content);
        long before = GC.GetTotalAllocatedBytes();
        Assert.That(() => IdxReader.Read(raw), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{raw}: expected 47040000 bytes of data for [60000,28,28], found 2: row 0 (from 0) is not whole"));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(1 << 20));
        content = Idx(0x08, [600000, 28, 28], [1, 2]);
        gzip = folder.WriteGzip("x.gz", content);
        before = GC.GetTotalAllocatedBytes();
        Assert.That(() => IdxReader.Read(gzip), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{gzip}: expected 470400000 bytes of data for [600000,28,28], found 2: row 0 (from 0) is not whole"));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Read_WrongHeaders_SayWhatIsWrong()
    {
        using var folder = new TempFolder();
        (byte[] Content, string Message)[] cases =
        [
            ([], "not an IDX file: it does not start with two zero bytes, a type and a rank"),
            ([1, 0, 8, 1], "not an IDX file: it does not start with two zero bytes, a type and a rank"),
            (Idx(0x0A, [1], [1]), "IDX element type 0x0A is not one of 08, 09, 0B, 0C, 0D, 0E"),
            ([0, 0, 8, 0], "IDX rank 0 is not from 1 to 8"),
            ([0, 0, 8, 200], "IDX rank 200 is not from 1 to 8"),
            ([0, 0, 8, 3, 0, 0, 0, 1], "expected 12 bytes of header for 3 dimensions, found 4"),
            (Idx(0x08, [uint.MaxValue, uint.MaxValue, uint.MaxValue], []), "the header's shape [4294967295,4294967295,4294967295] is larger than any file"),
            (Idx(0x08, [0, uint.MaxValue], []), "dimension 1 of [0,4294967295] is larger than 2^31 - 1"),
        ];
        foreach ((byte[] content, string message) in cases)
        {
            string path = folder.Write("x.idx", content);
            Assert.That(() => IdxReader.Read(path), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{path}: {message}"));
        }
    }

    [Test]
    public void Read_MissingOrDamagedFile_IsAnErrorOfThatFile()
    {
        using var folder = new TempFolder();
        Assert.That(() => IdxReader.Read(folder["none"]), Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{folder["none"]}: no such file"));
        byte[] noise = new byte[5000];
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = (byte)((i * 7919) >> 3);
        }

        string whole = folder.WriteGzip("a.gz", Idx(0x08, [5000], noise));
        byte[] bytes = File.ReadAllBytes(whole);
        string cut = folder.Write("cut.gz", bytes.AsSpan(0, bytes.Length / 2));
        Assert.That(() => IdxReader.Read(cut), Throws.TypeOf<AnnealException>().With.Message.StartsWith($"{cut}: "));
        bytes[bytes.Length / 2] ^= 0xFF;
        string damaged = folder.Write("bad.gz", bytes);
        Assert.That(() => IdxReader.Read(damaged), Throws.TypeOf<AnnealException>().With.Message.StartsWith($"{damaged}: "));
    }
}
