using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;

namespace Anneal.Tests.TrainerData.Augment;

public sealed class AugmentationTests
{
    private static readonly ImageShape s_shape = new(2, 5, 4);
    private static readonly byte[] s_image = [.. Enumerable.Range(1, 40).Select(i => (byte)i)];

    private static readonly ulong s_stream = CounterRandom.Key(1, "tests");

    private static byte[] Apply(Augmentation augmentation, int epoch, int row)
    {
        byte[] result = [.. Enumerable.Repeat((byte)255, s_image.Length)];
        augmentation.Apply(s_image, s_shape, new SampleRandom(s_stream, epoch, row), result);
        return result;
    }

    /// <summary>The image read at (y, x) through a function of positions, by the definition of each fill.</summary>
    private static byte[] Moved(int dy, int dx, ShiftFill fill)
    {
        byte[] moved = new byte[s_image.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            (int channel, int y, int x) = (i / 20, (i / 4 % 5) - dy, (i % 4) - dx);
            bool inside = y is >= 0 and < 5 && x is >= 0 and < 4;
            (y, x) = fill == ShiftFill.Reflect
                ? (4 - Math.Abs(4 - Math.Abs(y)), 3 - Math.Abs(3 - Math.Abs(x)))
                : (Math.Clamp(y, 0, 4), Math.Clamp(x, 0, 3));
            moved[i] = inside || fill != ShiftFill.Zero ? s_image[(channel * 20) + (y * 4) + x] : (byte)0;
        }

        return moved;
    }

    [TestCase(ShiftFill.Zero)]
    [TestCase(ShiftFill.Edge)]
    [TestCase(ShiftFill.Reflect)]
    public void Shift_ManyRows_GivesEachOffsetAboutAsOftenAndNothingElse(ShiftFill fill)
    {
        var counts = new Dictionary<string, int>();
        for (int dy = -2; dy <= 2; dy++)
        {
            for (int dx = -2; dx <= 2; dx++)
            {
                counts[Convert.ToHexString(Moved(dy, dx, fill))] = 0;
            }
        }

        Assert.That(counts, Has.Count.EqualTo(25), "the offsets can be told apart");
        var shift = new Shift(2, fill);
        for (int row = 0; row < 5000; row++)
        {
            string image = Convert.ToHexString(Apply(shift, 3, row));
            Assert.That(counts.ContainsKey(image), $"row {row} is no shifted image");
            counts[image]++;
        }

        Assert.That(counts.Values, Has.All.InRange(140, 260), "200 expected, standard deviation 14");
    }

    [TestCase(FlipAxis.Horizontal)]
    [TestCase(FlipAxis.Vertical)]
    public void Flip_ManyRows_MirrorsHalf(FlipAxis axis)
    {
        byte[] mirrored = [.. Enumerable.Range(0, 40).Select(i => axis == FlipAxis.Horizontal ? s_image[i + 3 - (2 * (i % 4))] : s_image[i + (4 * (4 - (2 * (i / 4 % 5))))])];
        int count = 0;
        for (int row = 0; row < 2000; row++)
        {
            byte[] image = Apply(new Flip(axis), 0, row);
            Assert.That(image, Is.EqualTo(s_image).Or.EqualTo(mirrored));
            count += image.SequenceEqual(mirrored) ? 1 : 0;
        }

        Assert.That(count, Is.InRange(900, 1100), "1000 expected, standard deviation 22");
    }

    [Test]
    public void Apply_SeedEpochOrRowChanged_GivesOtherImages()
    {
        Tensor images = Tensor.Of<byte>([1, 2, 5, 4], s_image);
        Augmentation[] both = [new Shift(2, ShiftFill.Edge), new Flip(FlipAxis.Horizontal), new Shift(1, ShiftFill.Zero)];
        string All(ulong seed, int epoch, int firstRow)
        {
            var augmenter = new Augmenter(both, images, seed);
            byte[] result = new byte[40];
            return string.Concat(Enumerable.Range(firstRow, 20).Select(row =>
            {
                augmenter.Apply(s_image, epoch, row, result);
                return Convert.ToHexString(result);
            }));
        }

        string first = All(1, 0, 0);
        Assert.That(All(1, 0, 0), Is.EqualTo(first));
        Assert.That(new[] { All(2, 0, 0), All(1, 1, 0), All(1, 0, 20) }, Has.None.EqualTo(first).And.Unique);
    }

    [Test]
    public void Apply_Chain_IsOneAfterTheOther()
    {
        Tensor images = Tensor.Of<byte>([1, 2, 5, 4], s_image);
        byte[] once = new byte[40];
        byte[] twice = new byte[40];
        bool differs = false;
        for (int row = 0; row < 50; row++)
        {
            new Augmenter([new Shift(1, ShiftFill.Zero)], images, 5).Apply(s_image, 0, row, once);
            new Augmenter([new Shift(1, ShiftFill.Zero), new Flip(FlipAxis.Vertical), new Flip(FlipAxis.Vertical)], images, 5).Apply(s_image, 0, row, twice);
            byte[] flipped = [.. Enumerable.Range(0, 40).Select(i => once[i + (4 * (4 - (2 * (i / 4 % 5))))])];
            Assert.That(twice, Is.EqualTo(once).Or.EqualTo(flipped));
            differs |= !twice.SequenceEqual(once);
        }

        Assert.That(differs, "the two flips draw different numbers");
    }

    [Test]
    public void Apply_BatchOf64ColourImages_TakesWellUnderAMillisecond()
    {
        Tensor images = Tensor.Zeros(DType.UInt8, 64, 3, 32, 32);
        Tensor augmented = Tensor.Zeros(DType.UInt8, 64, 3, 32, 32);
        var augmenter = new Augmenter([new Shift(4, ShiftFill.Zero), new Flip(FlipAxis.Horizontal)], images, 1);
        double least = double.MaxValue;
        for (int round = 0; round < 500; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int row = 0; row < 64; row++)
            {
                augmenter.Apply(images.Bytes.Slice(row * 3072, 3072), round, row, augmented.Bytes.Slice(row * 3072, 3072));
            }

            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        TestContext.Out.WriteLine(FormattableString.Invariant($"{least:0.000} ms"));
        Assert.That(least, Is.LessThan(1));
    }

    [Test]
    public void Augmenter_RowsThatAreNoImages_Refuses()
    {
        (Tensor Rows, Augmentation Augmentation, string Message)[] cases =
        [
            (Tensor.Zeros(DType.Float, 3, 8, 8), new Flip(FlipAxis.Horizontal), "only images can be augmented, uint8 pixels of shape [N, C, H, W] or [N, H, W]; these rows are float [N, 8, 8]. hint: remove 'augment', or give the images as uint8"),
            (Tensor.Zeros(DType.UInt8, 3, 8), new Flip(FlipAxis.Horizontal), "only images can be augmented, uint8 pixels of shape [N, C, H, W] or [N, H, W]; these rows are uint8 [N, 8]. hint: remove 'augment', or give the images as uint8"),
            (Tensor.Zeros(DType.UInt8, 3, 1, 8, 4), new Shift(4, ShiftFill.Zero), "a shift by 4 pixels moves all of an image of 8×4 out of sight. hint: lower 'pixels'"),
        ];
        foreach ((Tensor rows, Augmentation augmentation, string message) in cases)
        {
            var error = Assert.Throws<AnnealException>(() => _ = new Augmenter([augmentation], rows, 1));
            Assert.That(error!.Message, Is.EqualTo(message));
        }
    }

    [Test]
    public void Next_AugmentingFeed_IsTheSameAheadInlineAndFromTheMiddle()
    {
        Tensor images = Tensor.Of<byte>([30, 4, 4], [.. Enumerable.Range(0, 480).Select(i => (byte)(i * 7))]);
        Tensor target = Tensor.Vector<long>([.. Enumerable.Range(0, 30).Select(i => (long)i)]);
        string Take(int batchSize, int epoch, int step, bool prefetch, int batches)
        {
            using var feed = new BatchFeed(
                [images], target, [.. Enumerable.Range(0, 30)], batchSize, 9, epoch, step, prefetch, new Augmenter([new Shift(1, ShiftFill.Zero), new Flip(FlipAxis.Horizontal)], images, 9));
            return string.Concat(Enumerable.Range(0, batches).Select(_ => Convert.ToHexString(feed.Next().Features[0].Bytes)));
        }

        string whole = Take(10, 0, 0, true, 6);
        Assert.That(Take(10, 0, 0, false, 6), Is.EqualTo(whole));
        Assert.That(Take(10, 1, 1, true, 2), Is.EqualTo(whole[^(2 * 10 * 16 * 2)..]), "resumed in the middle of the second epoch");
        Assert.That(Take(6, 0, 0, true, 5), Is.EqualTo(whole[..(30 * 16 * 2)]), "a row's image does not depend on its batch");
        string second = whole[(30 * 16 * 2)..];
        Assert.That(whole[..(30 * 16 * 2)], Is.Not.EqualTo(second), "epochs differ");
    }
}
