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
    private static readonly float[] s_floats = [.. s_image.Select(b => (float)b)];

    private static readonly ulong s_stream = CounterRandom.Key(1, "tests");

    private static float[] Apply(Augmentation augmentation, int epoch, int row, ImageShape? shape = null, float[]? image = null)
    {
        var canvas = new Canvas(shape ?? s_shape, 255);
        canvas.Load(image ?? s_floats);
        var random = new SampleRandom(s_stream, epoch, row);
        if (augmentation.Happens(random))
        {
            augmentation.Apply(canvas, random);
        }

        return canvas.Pixels.ToArray();
    }

    private static string Key(float[] image) => string.Join(",", image);

    /// <summary>The image read at (y, x) through a function of positions, by the definition of each fill.</summary>
    private static float[] Moved(int dy, int dx, BorderFill fill)
    {
        float[] moved = new float[s_floats.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            (int channel, int y, int x) = (i / 20, (i / 4 % 5) - dy, (i % 4) - dx);
            bool inside = y is >= 0 and < 5 && x is >= 0 and < 4;
            (y, x) = fill == BorderFill.Reflect
                ? (4 - Math.Abs(4 - Math.Abs(y)), 3 - Math.Abs(3 - Math.Abs(x)))
                : (Math.Clamp(y, 0, 4), Math.Clamp(x, 0, 3));
            moved[i] = inside || fill != BorderFill.Zero ? s_floats[(channel * 20) + (y * 4) + x] : 0;
        }

        return moved;
    }

    private static float[] Mirrored(FlipAxis axis) =>
        [.. Enumerable.Range(0, 40).Select(i => axis == FlipAxis.Horizontal ? s_floats[i + 3 - (2 * (i % 4))] : s_floats[i + (4 * (4 - (2 * (i / 4 % 5))))])];

    [TestCase(BorderFill.Zero)]
    [TestCase(BorderFill.Edge)]
    [TestCase(BorderFill.Reflect)]
    public void Shift_ManyRows_GivesEachOffsetAboutAsOftenAndNothingElse(BorderFill fill) => HasEachOffset(new Shift(2, fill), fill);

    [TestCase(BorderFill.Zero)]
    [TestCase(BorderFill.Reflect)]
    public void Crop_OfThePaddedImage_GivesEachOffsetAboutAsOftenAndNothingElse(BorderFill fill) => HasEachOffset(new Crop(2, 1, 1, fill), fill);

    private static void HasEachOffset(Augmentation augmentation, BorderFill fill)
    {
        var counts = new Dictionary<string, int>();
        for (int dy = -2; dy <= 2; dy++)
        {
            for (int dx = -2; dx <= 2; dx++)
            {
                counts[Key(Moved(dy, dx, fill))] = 0;
            }
        }

        Assert.That(counts, Has.Count.EqualTo(25), "the offsets can be told apart");
        for (int row = 0; row < 5000; row++)
        {
            string image = Key(Apply(augmentation, 3, row));
            Assert.That(counts.ContainsKey(image), $"row {row} is no shifted image");
            counts[image]++;
        }

        Assert.That(counts.Values, Has.All.InRange(140, 260), "200 expected, standard deviation 14");
    }

    [TestCase(FlipAxis.Horizontal)]
    [TestCase(FlipAxis.Vertical)]
    public void Flip_ManyRows_MirrorsHalf(FlipAxis axis)
    {
        float[] mirrored = Mirrored(axis);
        int count = 0;
        for (int row = 0; row < 2000; row++)
        {
            float[] image = Apply(new Flip(axis), 0, row);
            Assert.That(image, Is.EqualTo(s_floats).Or.EqualTo(mirrored));
            count += image.SequenceEqual(mirrored) ? 1 : 0;
        }

        Assert.That(count, Is.InRange(900, 1100), "1000 expected, standard deviation 22");
    }

    [Test]
    public void Flip_Alternating_MirrorsEachRowInEverySecondEpoch()
    {
        var flip = new Flip(FlipAxis.Horizontal, Alternates: true);
        int first = 0;
        for (int row = 0; row < 500; row++)
        {
            bool[] isMirrored = [.. Enumerable.Range(0, 4).Select(epoch => !Apply(flip, epoch, row).SequenceEqual(s_floats))];
            Assert.That(isMirrored, Is.EqualTo(new[] { isMirrored[0], !isMirrored[0], isMirrored[0], !isMirrored[0] }), $"row {row}");
            first += isMirrored[0] ? 1 : 0;
        }

        Assert.That(first, Is.InRange(190, 310), "250 expected, standard deviation 11");
    }

    [Test]
    public void Happens_WithAProbability_IsThatShareOfRows()
    {
        var cutout = new Cutout(9, 7) { Probability = 0.3 };
        int changed = Enumerable.Range(0, 2000).Count(row => !Apply(cutout, 1, row).SequenceEqual(s_floats));
        Assert.That(changed, Is.InRange(500, 700), "600 expected, standard deviation 20");
    }

    [Test]
    public void Cutout_ManyRows_SetsASquareAboutAnyPixelAndNothingElse()
    {
        var seen = new HashSet<(int, int)>();
        for (int row = 0; row < 400; row++)
        {
            float[] image = Apply(new Cutout(3, 99), 0, row);
            // The square whose centre is (y, x) covers y - 1 to y + 1 and x - 1 to x + 1, as far as they are inside, in both channels.
            (int Y, int X)[] centres = [.. Enumerable.Range(0, 20).Select(i => (i / 4, i % 4)).Where(c => image.SequenceEqual(
                s_floats.Select((v, i) => Math.Abs((i / 4 % 5) - c.Item1) <= 1 && Math.Abs((i % 4) - c.Item2) <= 1 ? 99 : v)))];
            Assert.That(centres, Has.Length.EqualTo(1), $"row {row}");
            seen.Add(centres[0]);
        }

        Assert.That(seen, Has.Count.EqualTo(20));
    }

    [Test]
    public void Noise_ManyPixels_HasItsDeviationAndIsNormal()
    {
        var shape = new ImageShape(1, 101, 101);
        float[] noise = Apply(new Noise(0.1), 2, 5, shape, new float[shape.Length]);
        double deviation = Math.Sqrt(noise.Average(x => (double)x * x));
        Assert.That(noise.Average(), Is.EqualTo(0).Within(1), "standard deviation 0.25");
        Assert.That(deviation, Is.EqualTo(25.5).Within(0.7), "0.1 · 255, standard deviation 0.18");
        Assert.That(noise.Count(x => Math.Abs(x) < deviation) / (double)noise.Length, Is.EqualTo(0.6827).Within(0.02), "standard deviation 0.005");
        Assert.That(noise.Count(x => Math.Abs(x) > 3 * deviation) / (double)noise.Length, Is.EqualTo(0.0027).Within(0.002));
        double neighbours = Enumerable.Range(0, noise.Length - 1).Average(i => (double)noise[i] * noise[i + 1]) / (deviation * deviation);
        Assert.That(neighbours, Is.EqualTo(0).Within(0.05), "pixels are independent, standard deviation 0.01");
    }

    [Test]
    public void Brightness_ManyRows_MultipliesAllPixelsByAnEvenFactor()
    {
        double[] factors = [.. Enumerable.Range(0, 1000).Select(row =>
        {
            float[] image = Apply(new Brightness(0.4), 0, row);
            double factor = image[^1] / 40.0;
            Assert.That(image, Is.EqualTo(s_floats.Select(v => v * factor)).Within(1e-4));
            return factor;
        })];
        IsEven(factors, 0.6, 1.4);
    }

    [Test]
    public void Contrast_ManyRows_MultipliesTheDistanceFromTheMean()
    {
        double[] factors = [.. Enumerable.Range(0, 1000).Select(row =>
        {
            float[] image = Apply(new Contrast(0.5), 0, row);
            double factor = (image[^1] - 20.5) / 19.5;
            Assert.That(image, Is.EqualTo(s_floats.Select(v => 20.5 + (factor * (v - 20.5)))).Within(1e-4));
            return factor;
        })];
        IsEven(factors, 0.5, 1.5);
    }

    private static void IsEven(double[] values, double low, double high)
    {
        Assert.That(values, Is.All.InRange(low, high));
        int[] quarters = [.. Enumerable.Range(0, 4).Select(q => values.Count(v => (int)((v - low) / (high - low) * 4) == q))];
        Assert.That(quarters, Is.All.InRange(180, 320), "250 of 1000 expected, standard deviation 14");
    }

    [Test]
    public void Colour_Saturation_MultipliesTheDistanceFromTheLuma()
    {
        var shape = new ImageShape(3, 3, 7);
        float[] image = [.. Enumerable.Range(0, shape.Length).Select(i => (float)(i * 37 % 200))];
        double Luma(float[] x, int i) => (0.299 * x[i]) + (0.587 * x[i + 21]) + (0.114 * x[i + 42]);
        float[] changed = Apply(new Colour(0.8, 0), 0, 3, shape, image);
        double factor = (changed[0] - Luma(image, 0)) / (image[0] - Luma(image, 0));
        Assert.That(factor, Is.InRange(0.2, 1.8).And.Not.EqualTo(1).Within(0.01));
        Assert.That(changed, Is.EqualTo(image.Select((v, i) => Luma(image, i % 21) + (factor * (v - Luma(image, i % 21))))).Within(1e-3));
    }

    [Test]
    public void Colour_Hue_TurnsTheColourAndKeepsItsLumaAndStrength()
    {
        var shape = new ImageShape(3, 3, 7);
        float[] image = [.. Enumerable.Range(0, shape.Length).Select(i => (float)(i * 53 % 200))];
        (double Y, double U, double V) Yuv(float[] x, int i)
        {
            double y = (0.299 * x[i]) + (0.587 * x[i + 21]) + (0.114 * x[i + 42]);
            return (y, 0.492 * (x[i + 42] - y), 0.877 * (x[i] - y));
        }

        float[] changed = Apply(new Colour(0, 0.25), 0, 1, shape, image);
        double[] turns = [.. Enumerable.Range(0, 21).Select(i =>
        {
            var (y, u, v) = Yuv(image, i);
            var (newY, newU, newV) = Yuv(changed, i);
            Assert.That(newY, Is.EqualTo(y).Within(1e-3));
            Assert.That(Math.Sqrt((newU * newU) + (newV * newV)), Is.EqualTo(Math.Sqrt((u * u) + (v * v))).Within(1e-3));
            return Math.IEEERemainder(Math.Atan2(newV, newU) - Math.Atan2(v, u), 2 * Math.PI);
        })];
        Assert.That(turns, Is.All.EqualTo(turns[0]).Within(1e-4));
        Assert.That(Math.Abs(turns[0]), Is.InRange(0.01, Math.PI / 2));
    }

    [Test]
    public void Apply_SeedEpochOrRowChanged_GivesOtherImages()
    {
        Tensor images = Tensor.Of<byte>([1, 2, 5, 4], s_image);
        Augmentation[] all =
        [
            new Shift(2, BorderFill.Edge), new Flip(FlipAxis.Horizontal), new Rotate(20, BorderFill.Zero), new Elastic(5, 1, BorderFill.Reflect), new Noise(0.05), new Cutout(2),
        ];
        string All(ulong seed, int epoch, int firstRow)
        {
            var augmenter = new Augmenter(all, images, seed);
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
            new Augmenter([new Shift(1, BorderFill.Zero)], images, 5).Apply(s_image, 0, row, once);
            new Augmenter([new Shift(1, BorderFill.Zero), new Flip(FlipAxis.Vertical), new Flip(FlipAxis.Vertical)], images, 5).Apply(s_image, 0, row, twice);
            byte[] flipped = [.. Enumerable.Range(0, 40).Select(i => once[i + (4 * (4 - (2 * (i / 4 % 5))))])];
            Assert.That(twice, Is.EqualTo(once).Or.EqualTo(flipped));
            differs |= !twice.SequenceEqual(once);
        }

        Assert.That(differs, "the two flips draw different numbers");
    }

    [Test]
    public void Apply_AgainAndAgain_AllocatesNothing()
    {
        Tensor images = Tensor.Zeros(DType.UInt8, 8, 3, 16, 16);
        byte[] result = new byte[3 * 256];
        var augmenter = new Augmenter(
            [new Crop(2, 0.5, 1.3, BorderFill.Reflect), new Rotate(20, BorderFill.Edge), new Elastic(34, 2, BorderFill.Zero), new Noise(0.1), new Colour(0.2, 0.1), new Contrast(0.1), new Cutout(4)],
            images,
            1);
        augmenter.Apply(images.Bytes[..768], 0, 0, result);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int row = 0; row < 100; row++)
        {
            augmenter.Apply(images.Bytes[..768], 0, row, result);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Augmenter_BytesBeyondTheirRange_AreRoundedToIt()
    {
        Tensor images = Tensor.Of<byte>([1, 1, 77], [.. Enumerable.Range(0, 77).Select(i => (byte)(i % 2 == 0 ? 3 : 250))]);
        byte[] result = new byte[77];
        new Augmenter([new Noise(0.2)], images, 3).Apply(images.Bytes, 0, 0, result);
        var canvas = new Canvas(new ImageShape(1, 1, 77), 255);
        canvas.Load(images.Bytes);
        var noise = new Noise(0.2);
        noise.Apply(canvas, new SampleRandom(CounterRandom.Key(3, "augment/0/noise"), 0, 0));
        Assert.That(result, Is.EqualTo(canvas.Pixels.ToArray().Select(v => (byte)Math.Clamp(Math.Floor(v + 0.5), 0, 255))));
        Assert.That(result, Does.Contain(0).And.Contain(255));
    }

    [Test]
    public void Augmenter_Table_ChangesTheNumbersAlone()
    {
        Tensor rows = Tensor.Of<float>([2, 4], [1, 2, 0, 5, 3, 4, 1, 6]);
        byte[] result = new byte[16];
        new Augmenter([new Noise(0.1)], rows, 3, 2).Apply(rows.Bytes[..16], 0, 0, result);
        float[] row = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(result).ToArray();
        Assert.That(row[..2], Is.EqualTo(new float[] { 1, 2 }).Within(0.6));
        Assert.That(row[0], Is.Not.EqualTo(1));
        Assert.That(row[2..], Is.EqualTo(new float[] { 0, 5 }));
    }

    [Test]
    public void Augmenter_FloatImages_AreTheBytesImagesWithoutRounding()
    {
        Tensor floats = Tensor.Of<float>([1, 2, 5, 4], s_floats);
        Tensor bytes = Tensor.Of<byte>([1, 2, 5, 4], s_image);
        byte[] ofFloats = new byte[160];
        byte[] ofBytes = new byte[40];
        Augmentation[] rotate = [new Rotate(30, BorderFill.Edge)];
        new Augmenter(rotate, floats, 1).Apply(floats.Bytes, 0, 0, ofFloats);
        new Augmenter(rotate, bytes, 1).Apply(bytes.Bytes, 0, 0, ofBytes);
        float[] result = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(ofFloats).ToArray();
        Assert.That(ofBytes, Is.EqualTo(result.Select(v => (byte)(v + 0.5f))));
        Assert.That(result.Any(v => v != MathF.Round(v)));
    }

    [Test]
    public void Augmenter_RowsThatDoNotFit_Refuses()
    {
        const string Hint = ". hint: leave the augmentation out, or give the rows as images";
        const string Expected = "only images can be augmented so, uint8 or float of shape [N, C, H, W] or [N, H, W]; these rows are ";
        (Tensor Rows, Augmentation Augmentation, string Message)[] cases =
        [
            (Tensor.Zeros(DType.Int32, 3, 8, 8), new Flip(FlipAxis.Horizontal), Expected + "int32 [N, 8, 8]" + Hint),
            (Tensor.Zeros(DType.UInt8, 3, 8), new Flip(FlipAxis.Horizontal), Expected + "uint8 [N, 8]" + Hint),
            (Tensor.Zeros(DType.Int64, 3, 8), new Noise(1), Expected + "int64 [N, 8]" + Hint),
            (Tensor.Zeros(DType.UInt8, 3, 1, 8, 4), new Shift(4, BorderFill.Zero), "a shift by 4 pixels moves all of an image of 8×4 out of sight. hint: lower 'pixels'"),
            (Tensor.Zeros(DType.UInt8, 3, 8, 4), new Crop(4, 1, 1, BorderFill.Zero), "a crop with a padding of 4 pixels can miss all of an image of 8×4. hint: lower 'padding'"),
            (Tensor.Zeros(DType.UInt8, 3, 8, 4), new Colour(1, 0), "color needs the channels red, green and blue; these images have 1. hint: use brightness or contrast"),
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
            Augmentation[] chain = [new Shift(1, BorderFill.Zero), new Flip(FlipAxis.Horizontal, Alternates: true), new Rotate(20, BorderFill.Edge), new Elastic(9, 1, BorderFill.Zero), new Noise(0.1)];
            using var feed = new BatchFeed([images], target, [.. Enumerable.Range(0, 30)], batchSize, 9, epoch, step, prefetch, new Augmenter(chain, images, 9));
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
