using System.IO.Compression;
using System.Security.Cryptography;
using Anneal.Onnx;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Images;

namespace Anneal.Tests.TrainerData;

public sealed class ImageSourceTests
{
    private static readonly byte[] s_notAnImage = "not an image"u8.ToArray();

    private static byte[] Image(int height, int width, params byte[] colour) => PngImage.Of(height, width, colour);

    private static string Zip(TempFolder folder, params (string Name, byte[] Content)[] entries)
    {
        string path = folder["images.zip"];
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, byte[] content) in entries)
        {
            using Stream stream = zip.CreateEntry(name, name.Contains("stored", StringComparison.Ordinal) ? CompressionLevel.NoCompression : CompressionLevel.Optimal).Open();
            stream.Write(content);
        }

        return path;
    }

    private static void Unzip(string zip, string folder) => ZipFile.ExtractToDirectory(zip, folder);

    [TestCase(true)]
    [TestCase(false)]
    public void Load_ClassFolders_AreSortedClassesAndRowsInOrder(bool isZip)
    {
        using var folder = new TempFolder();
        string path = Zip(
            folder,
            ("set/train/dog/b.png", Image(2, 3, 40, 50, 60)),
            ("set/train/", []),
            ("set/train/cat/2.png", Image(2, 3, 7, 8, 9)),
            ("set/train/cat/10-stored.png", Image(2, 3, 1, 2, 3)),
            ("set/train/cat/.DS_Store", s_notAnImage),
            ("set/train/dog/Thumbs.db", s_notAnImage),
            ("set/__MACOSX/train/cat/._2.png", s_notAnImage),
            ("set/train/__MACOSX/cat/2.png", s_notAnImage),
            ("set/test/cat/1.png", Image(9, 9, 1, 1, 1)),
            ("readme.txt", s_notAnImage));
        if (!isZip)
        {
            Unzip(path, folder["files"]);
            path = folder["files"];
        }

        DataTable table = new ImageSource(path, "set/train").Load();

        Assert.That(table.ClassNames, Is.EqualTo(new[] { "cat", "dog" }));
        Assert.That(table.Target.Span<long>().ToArray(), Is.EqualTo(new long[] { 0, 0, 1 }));
        Assert.That(table.Features.Single().Name, Is.EqualTo("input"));
        Assert.That(table.Features[0].Values.ToString(), Is.EqualTo("uint8[3,3,2,3]"));
        byte[] expected = [.. new byte[] { 1, 2, 3, 7, 8, 9, 40, 50, 60 }.SelectMany(v => Enumerable.Repeat(v, 6))];
        Assert.That(table.Features[0].Values.Bytes.ToArray(), Is.EqualTo(expected), "each channel of each image as a plane");
        Assert.That(table.Warnings, Is.Empty);
        Assert.That(new ImageSource(path, "set/train").ReadShape(), Is.EqualTo(new[] { 3, 2, 3 }));
    }

    [Test]
    public void Load_ManyImages_IsTheSameEveryTime()
    {
        using var folder = new TempFolder();
        string path = Zip(folder, [.. Enumerable.Range(0, 300).Select(i => ($"c{i % 3}/{i:D3}.png", Image(4, 4, (byte)i, (byte)(i / 2), 5)))]);

        DataTable first = new ImageSource(path).Load();

        Assert.That(first.Features[0].Values.Bytes[16 * 3], Is.EqualTo(3), "the second image of class c0 is number 3");
        for (int i = 0; i < 3; i++)
        {
            Assert.That(new ImageSource(path).Load().ContentHash, Is.EqualTo(first.ContentHash));
        }
    }

    [Test]
    public void Load_GrayAndSize_ConvertsAndStretches()
    {
        using var folder = new TempFolder();
        string path = Zip(folder, ("a/1.png", Image(4, 8, 200, 200, 200)), ("a/2.png", Image(6, 6, 90)), ("a/3.png", Image(2, 3, 255, 255, 255, 0)));

        DataTable gray = new ImageSource(path) { Channels = 1, Size = (2, 3) }.Load();
        DataTable colour = new ImageSource(path) { Size = (2, 3) }.Load();

        Assert.That(gray.Features[0].Values.ToString(), Is.EqualTo("uint8[3,1,2,3]"));
        Assert.That(gray.Features[0].SourceSizes, Is.EqualTo(new ImageSizes(LeastHeight: 2, LeastWidth: 3, LargestHeight: 6, LargestWidth: 8)));
        Assert.That(gray.Features[0].Values.Bytes.ToArray(), Is.EqualTo(new byte[] { 200, 200, 200, 200, 200, 200, 90, 90, 90, 90, 90, 90, 0, 0, 0, 0, 0, 0 }));
        Assert.That(colour.Features[0].Values.ToString(), Is.EqualTo("uint8[3,3,2,3]"));
        Assert.That(colour.Features[0].Values.Bytes[..18].ToArray(), Is.All.EqualTo(200));
        Assert.That(colour.Features[0].Values.Bytes[18..36].ToArray(), Is.All.EqualTo(90));
        Assert.That(colour.Features[0].Values.Bytes[36..].ToArray(), Is.All.EqualTo(0), "what is transparent is black");
    }

    // Pixels are taken out of the library in strips of 64 rows.
    [TestCase(63)]
    [TestCase(64)]
    [TestCase(65)]
    [TestCase(150)]
    public void Load_TallImage_HasEachRowInItsPlace(int height)
    {
        using var folder = new TempFolder();
        byte[] pixels = [.. Enumerable.Range(0, height * 3 * 3).Select(i => (byte)(i * 7))];
        string path = Zip(folder, ("a/1.png", PngImage.Of(height, 3, 3, pixels)));

        DataTable table = new ImageSource(path).Load();

        byte[] planes = [.. Enumerable.Range(0, 3).SelectMany(c => Enumerable.Range(0, height * 3).Select(i => pixels[(i * 3) + c]))];
        Assert.That(table.Features[0].Values.Bytes.ToArray(), Is.EqualTo(planes));
    }

    [Test]
    public void Load_CorruptImages_NamesTheFirstOrSkipsAndCounts()
    {
        using var folder = new TempFolder();
        string path = Zip(
            folder,
            ("a/1.png", Image(4, 4, 1, 2, 3)),
            ("a/2.png", s_notAnImage),
            ("a/3.png", Image(4, 4, 4, 5, 6)),
            ("b/1.png", Image(4, 4, 7, 8, 9)[..50]),
            ("b/2.png", Image(4, 6, 7, 8, 9)),
            ("b/3.png", []),
            ("b/4.png", Image(4, 4, 7, 8, 9)));

        var error = Assert.Throws<AnnealException>(() => new ImageSource(path).Load());
        DataTable table = new ImageSource(path) { SkipBad = true }.Load();

        Assert.That(error!.Message, Does.StartWith($"{path}/a/2.png → libvips: "));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(table.Target.Span<long>().ToArray(), Is.EqualTo(new long[] { 0, 0, 1 }));
        Assert.That(table.Features[0].Values.ToString(), Is.EqualTo("uint8[3,3,4,4]"));
        Assert.That(table.Features[0].Values.Bytes.ToArray(), Is.EqualTo(Enumerable.Range(1, 9).SelectMany(v => Enumerable.Repeat((byte)v, 16)).ToArray()));
        string warning = table.Warnings.Single();
        Assert.That(warning, Does.StartWith($"4 of 7 images are skipped: {path}/a/2.png: libvips: "));
        Assert.That(warning, Does.Contain($"{path}/b/2.png: 4×6 pixels, expected 4×4 as the first image has").And.EndsWith("; and 1 more"));
    }

    [Test]
    public void Load_OddSize_NamesItAndWhatToDo()
    {
        using var folder = new TempFolder();
        string path = Zip(folder, ("a/1.png", Image(4, 4, 1, 2, 3)), ("a/2.png", Image(4, 5, 1, 2, 3)));

        var error = Assert.Throws<AnnealException>(() => new ImageSource(path).Load());

        Assert.That(error!.Message, Is.EqualTo(
            $"{path}/a/2.png → 4×5 pixels, expected 4×4 as the first image has. hint: 'size: [height, width]' stretches all images to one size, 'on_error: skip' leaves such ones out"));
    }

    [Test]
    public void Load_TestImages_TakeClassesAndSizeOfTheTrainingOnes()
    {
        using var folder = new TempFolder();
        string path = Zip(
            folder,
            ("train/a/1.png", Image(4, 4, 1, 2, 3)),
            ("train/b/1.png", Image(4, 4, 1, 2, 3)),
            ("test/b/1.png", Image(4, 4, 1, 2, 3)),
            ("odd/b/1.png", Image(2, 2, 1, 2, 3)),
            ("other/c/1.png", Image(4, 4, 1, 2, 3)));
        DataTable train = new ImageSource(path, "train").Load();

        Assert.That(new ImageSource(path, "test").Load(train).Target.Span<long>()[0], Is.EqualTo(1));
        Assert.That(() => new ImageSource(path, "odd").Load(train), Throws.TypeOf<AnnealException>().With.Message.StartsWith($"{path}/odd/b/1.png → 2×2 pixels, expected 4×4"));
        Assert.That(
            () => new ImageSource(path, "other").Load(train),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo($"{path}/other/c/1.png: folder 'c' is not a class of the training data (a, b)"));
    }

    [Test]
    public void Load_NothingToRead_SaysWhy()
    {
        using var folder = new TempFolder();
        string path = Zip(folder, ("loose.png", Image(4, 4, 1, 2, 3)), ("a/1.png", s_notAnImage), ("b/.hidden/1.png", Image(1, 1, 1)));
        string text = folder.Write("text.zip", "no zip at all");
        (ImageSource Source, string Message)[] cases =
        [
            (new(folder["none.zip"]), $"{folder["none.zip"]}: no such file or folder"),
            (new(text), $"{text}: not a zip, or a damaged one: "),
            (new(path), $"{path}/loose.png: lies in no class folder. hint: an image lies in the folder of its class"),
            (new(path, "nowhere"), $"{path}: no images in its folder 'nowhere'. hint: "),
            (new(path, "b"), $"{path}: no images in its folder 'b'. hint: "),
        ];
        foreach ((ImageSource source, string message) in cases)
        {
            var error = Assert.Throws<AnnealException>(() => source.Load());
            Assert.That(error!.Message, Does.StartWith(message));
            Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        }
    }

    [Test]
    public void Load_CifarZip_IsWhole()
    {
        DataTable test = new ImageSource(TempFolder.Shared("cifar10-images.zip"), "cifar10/test").Load();

        Assert.That(test.Features[0].Values.ToString(), Is.EqualTo("uint8[10000,3,32,32]"));
        Assert.That(test.ClassNames, Is.EqualTo(new[] { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck" }));
        Assert.That(test.Target.Span<long>().ToArray().CountBy(c => c).Select(c => c.Value), Is.All.EqualTo(1000));
        double mean = 0;
        foreach (byte value in test.Features[0].Values.Bytes)
        {
            mean += value;
        }

        Assert.That(
            Convert.ToHexStringLower(SHA256.HashData(test.Features[0].Values.Bytes)),
            Is.EqualTo("2fb7dfcd1893f37e705d81075b9d9d7245d714b136474baa19c48f02d7a6f670"),
            "what libvips gives where it writes each image to memory itself");
        Assert.That(mean / test.Features[0].Values.Length / 255, Is.EqualTo(0.4734).Within(0.01), "the known mean of CIFAR-10's pixels");
    }
}
