using System.IO.Compression;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Report;

namespace Anneal.Tests.Pipeline.Report;

internal sealed class PictureTests
{
    [Test]
    public void ToPng_Pixels_AreTheOnesInTheFile()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

        byte[] file = new Picture(2, 2, 3, pixels).ToPng();

        Assert.That(file[..8], Is.EqualTo(new byte[] { 137, 80, 78, 71, 13, 10, 26, 10 }));
        int data = file.AsSpan().IndexOf("IDAT"u8) + 4;
        using var zlib = new ZLibStream(new MemoryStream(file[data..]), CompressionMode.Decompress);
        byte[] rows = new byte[14];
        zlib.ReadExactly(rows);
        Assert.That(rows, Is.EqualTo(new byte[] { 0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12 }));
    }

    [Test]
    public void Sheet_ThreeImagesInTwoColumns_StandAPixelApart()
    {
        Picture sheet = Picture.Sheet([new(1, 1, 1, [10]), new(1, 1, 1, [20]), new(1, 1, 1, [30])], 2);

        Assert.That((sheet.Width, sheet.Height), Is.EqualTo((3, 3)));
        Assert.That(sheet.Pixels, Is.EqualTo(new byte[] { 10, 255, 20, 255, 255, 255, 30, 255, 255 }));
    }

    [Test]
    public void Of_Floats_SpanTheirOwnRange()
    {
        Tensor rows = Tensor.Of<float>([2, 1, 1, 3], [9, 9, 9, -1, 0, 3]);

        Assert.That(RowPictures.Of(rows, 1)!.Pixels, Is.EqualTo(new byte[] { 0, 63, 255 }));
        Assert.That(RowPictures.Of(rows, 0)!.Pixels, Is.All.EqualTo(128));
    }

    [Test]
    public void Of_PlanarColours_BecomeInterleaved()
    {
        Tensor rows = Tensor.Of<byte>([1, 3, 1, 2], [1, 2, 3, 4, 5, 6]);

        Assert.That(RowPictures.Of(rows, 0)!.Pixels, Is.EqualTo(new byte[] { 1, 3, 5, 2, 4, 6 }));
        Assert.That(RowPictures.Of(Tensor.Zeros(DType.Float, 1, 3, 2), 0), Is.Null, "a sequence perhaps");
        Assert.That(RowPictures.Of(Tensor.Zeros(DType.UInt8, 1, 9), 0), Is.Null);
    }

    [Test]
    public void Filters_DenseOverAnImage_AreItsColumnsStretched()
    {
        Picture sheet = RowPictures.Filters(Tensor.Of<float>([4, 2], [0, 3, 1, 3, 2, 3, 4, 3]), [2, 2])!;

        Assert.That((sheet.Width, sheet.Height), Is.EqualTo((5, 2)));
        Assert.That(sheet.Pixels[..2], Is.EqualTo(new byte[] { 0, 63 }));
        Assert.That(sheet.Pixels[5..7], Is.EqualTo(new byte[] { 127, 255 }));
        Assert.That(sheet.Pixels[3], Is.EqualTo(128), "a unit whose weights are all equal");
        Assert.That(RowPictures.Filters(Tensor.Zeros(DType.Float, 5, 2), [2, 2]), Is.Null);
    }
}
