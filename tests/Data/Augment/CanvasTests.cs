using Anneal.Onnx.Kernels;
using Anneal.Trainer.Data.Augment;

namespace Anneal.Tests.TrainerData.Augment;

public sealed class CanvasTests
{
    private static readonly ImageShape s_shape = new(2, 19, 17);
    private static readonly float[] s_image = [.. Enumerable.Range(0, s_shape.Length).Select(i => (float)(i * 31 % 101))];
    private static readonly ImageShape s_small = new(1, 3, 3);
    private static readonly float[] s_digits = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    private static float[] Draw(ImageShape shape, float[] image, Action<Canvas> change)
    {
        var canvas = new Canvas(shape, 1);
        canvas.Load(image);
        change(canvas);
        return canvas.Pixels.ToArray();
    }

    /// <summary>The image beyond its border, by the definition of each fill.</summary>
    private static double At(float[] image, ImageShape shape, int channel, int y, int x, BorderFill fill)
    {
        int Within(int place, int size)
        {
            if (fill != BorderFill.Reflect)
            {
                return Math.Clamp(place, 0, size - 1);
            }

            while (place < 0 || place >= size)
            {
                place = place < 0 ? -place : (2 * (size - 1)) - place;
            }

            return place;
        }

        bool isInside = y >= 0 && y < shape.Height && x >= 0 && x < shape.Width;
        return isInside || fill != BorderFill.Zero ? image[(((channel * shape.Height) + Within(y, shape.Height)) * shape.Width) + Within(x, shape.Width)] : 0;
    }

    private static float[] Bilinear(float[] image, ImageShape shape, BorderFill fill, Func<int, int, (double Y, double X)> place)
    {
        float[] result = new float[shape.Length];
        for (int i = 0; i < result.Length; i++)
        {
            int channel = i / (shape.Height * shape.Width);
            (double y, double x) = place(i / shape.Width % shape.Height, i % shape.Width);
            (int y0, int x0) = ((int)Math.Floor(y), (int)Math.Floor(x));
            (double down, double right) = (y - y0, x - x0);
            double Pixel(int dy, int dx) => At(image, shape, channel, y0 + dy, x0 + dx, fill);
            result[i] = (float)((((Pixel(0, 0) * (1 - right)) + (Pixel(0, 1) * right)) * (1 - down)) + (((Pixel(1, 0) * (1 - right)) + (Pixel(1, 1) * right)) * down));
        }

        return result;
    }

    [Test]
    public void Move_QuarterTurn_IsCounterclockwise() =>
        Assert.That(Draw(s_small, s_digits, c => c.Move(AffineMap.Rotation(s_small, 90), BorderFill.Zero)), Is.EqualTo(new float[] { 3, 6, 9, 2, 5, 8, 1, 4, 7 }).Within(1e-4));

    [Test]
    public void Move_HalfAPixel_IsTheMeanOfTwo() =>
        Assert.That(
            Draw(s_small, s_digits, c => c.Move(AffineMap.Shift(0.5, 0), BorderFill.Zero)), Is.EqualTo(new[] { 0.5f, 1.5f, 2.5f, 2, 4.5f, 5.5f, 3.5f, 7.5f, 8.5f }).Within(1e-5));

    [Test]
    public void Move_TwiceAsLarge_ShowsTheMiddle() =>
        Assert.That(
            Draw(s_small, s_digits, c => c.Move(AffineMap.AboutCentre(s_small, 0.5, 0, 0, 0.5), BorderFill.Zero)), Is.EqualTo(new[] { 3, 3.5f, 4, 4.5f, 5, 5.5f, 6, 6.5f, 7 }).Within(1e-5));

    [Test]
    public void Move_AnyMap_IsBilinearInterpolation([Values] BorderFill fill)
    {
        AffineMap[] maps =
        [
            AffineMap.Rotation(s_shape, 33), AffineMap.Rotation(s_shape, -140), AffineMap.Shift(30.25, -50.5), AffineMap.AboutCentre(s_shape, 3, 0.5, -0.2, 4), AffineMap.AboutCentre(s_shape, 0.3, 0, 0, 0.2),
        ];
        foreach (AffineMap map in maps)
        {
            float[] expected = Bilinear(s_image, s_shape, fill, (y, x) => ((map.YX * x) + (map.YY * y) + map.Y0, (map.XX * x) + (map.XY * y) + map.X0));
            Assert.That(Draw(s_shape, s_image, c => c.Move(map, fill)), Is.EqualTo(expected).Within(2e-3), $"{map}: places are in float, pixels differ by up to 100");
        }
    }

    [Test]
    public void Move_WholePixels_IsACopyHoweverFar([Values] BorderFill fill)
    {
        foreach ((int dy, int dx) in new[] { (0, 0), (3, -2), (-18, 16), (19, 17), (-60, 45) })
        {
            foreach (bool isMirrored in new[] { false, true })
            {
                AffineMap map = AffineMap.AboutCentre(s_shape, isMirrored ? -1 : 1, 0, 0, isMirrored ? -1 : 1).Then(AffineMap.Shift(dx, dy));
                float[] expected = Bilinear(s_image, s_shape, fill, (y, x) => isMirrored ? (18 - (y - dy), 16 - (x - dx)) : (y - dy, x - dx));
                Assert.That(Draw(s_shape, s_image, c => c.Move(map, fill)), Is.EqualTo(expected), $"{dy}, {dx}, {isMirrored}");
            }
        }
    }

    [Test]
    public void Move_SeveralTimes_InterpolatesOnce()
    {
        float[] there = Draw(s_shape, s_image, c =>
        {
            c.Move(AffineMap.Shift(2.3, 1.7), BorderFill.Edge);
            c.Move(AffineMap.Rotation(s_shape, 30), BorderFill.Edge);
            c.Move(AffineMap.Rotation(s_shape, -30), BorderFill.Edge);
            c.Move(AffineMap.Shift(-2.3, -1.7), BorderFill.Edge);
        });
        Assert.That(there, Is.EqualTo(s_image).Within(1e-3), "there and back is the image again, which two interpolations would have blurred");
    }

    [Test]
    public void Move_AnotherFill_DrawsWhatCameBefore()
    {
        float[] once = Draw(s_shape, s_image, c => c.Move(AffineMap.Shift(4, 0), BorderFill.Zero));
        float[] twice = Draw(s_shape, s_image, c =>
        {
            c.Move(AffineMap.Shift(4, 0), BorderFill.Zero);
            c.Move(AffineMap.Shift(0, 3), BorderFill.Edge);
        });
        Assert.That(twice, Is.EqualTo(Draw(s_shape, once, c => c.Move(AffineMap.Shift(0, 3), BorderFill.Edge))));
    }

    [Test]
    public void Displace_AfterAMove_ReadsThroughBoth()
    {
        float[] dx = [.. Enumerable.Range(0, 19 * 17).Select(i => (i % 7 * 0.3f) - 1)];
        float[] dy = [.. Enumerable.Range(0, 19 * 17).Select(i => (i % 5 * 0.4f) - 1)];
        AffineMap map = AffineMap.Rotation(s_shape, 12);
        float[] expected = Bilinear(s_image, s_shape, BorderFill.Reflect, (y, x) =>
        {
            (double right, double down) = (x + dx[(y * 17) + x], y + dy[(y * 17) + x]);
            return ((map.YX * right) + (map.YY * down) + map.Y0, (map.XX * right) + (map.XY * down) + map.X0);
        });
        float[] result = Draw(s_shape, s_image, c =>
        {
            c.Move(map, BorderFill.Reflect);
            c.Displace(dx, dy, BorderFill.Reflect);
        });
        Assert.That(result, Is.EqualTo(expected).Within(2e-3));
    }

    [Test]
    public void Elastic_Image_IsDisplacedBySmoothedNumbers()
    {
        const double Sigma = 1.5;
        var random = new SampleRandom(CounterRandom.Key(4, "tests"), 2, 9);
        uint[] bits = new uint[2 * 19 * 17];
        random.Fill(bits);
        double[] weights = [.. Enumerable.Range(-5, 11).Select(i => Math.Exp(-i * i / (2 * Sigma * Sigma)))];
        double Field(int field, int y, int x)
        {
            double sum = 0;
            for (int dy = -5; dy <= 5; dy++)
            {
                for (int dx = -5; dx <= 5; dx++)
                {
                    bool isInside = y + dy is >= 0 and < 19 && x + dx is >= 0 and < 17;
                    sum += isInside ? weights[dy + 5] * weights[dx + 5] * ((bits[(field * 19 * 17) + ((y + dy) * 17) + x + dx] / 2147483648.0) - 1) : 0;
                }
            }

            return 12 * sum / (weights.Sum() * weights.Sum());
        }

        float[] expected = Bilinear(s_image, s_shape, BorderFill.Edge, (y, x) => (y + Field(1, y, x), x + Field(0, y, x)));
        float[] result = Draw(s_shape, s_image, c => new Elastic(12, Sigma, BorderFill.Edge).Apply(c, random));
        Assert.That(result, Is.EqualTo(expected).Within(5e-3));
        Assert.That(result, Is.Not.EqualTo(s_image).Within(1));
    }

    [Test]
    public void Rotate_ManyRows_DrawsAnglesEvenly()
    {
        // A gradient to the right shows the cosine and sine of the angle at pixels inside.
        var shape = new ImageShape(1, 21, 21);
        float[] gradient = [.. Enumerable.Range(0, shape.Length).Select(i => (float)(i % 21))];
        double[] angles = [.. Enumerable.Range(0, 1000).Select(row =>
        {
            float[] image = Draw(shape, gradient, c => new Rotate(40, BorderFill.Edge).Apply(c, new SampleRandom(CounterRandom.Key(1, "tests"), 0, row)));
            return Math.Atan2(image[(10 * 21) + 10] - image[(11 * 21) + 10], image[(10 * 21) + 11] - image[(10 * 21) + 10]) * 180 / Math.PI;
        })];
        Assert.That(angles, Is.All.InRange(-40.01, 40.01));
        Assert.That(Enumerable.Range(0, 4).Select(q => angles.Count(a => (int)Math.Clamp((a + 40) / 20, 0, 3) == q)), Is.All.InRange(180, 320), "250 expected, standard deviation 14");
    }

    [Test]
    public void Zoom_ManyRows_DrawsFactorsEvenly()
    {
        var shape = new ImageShape(1, 21, 21);
        float[] gradient = [.. Enumerable.Range(0, shape.Length).Select(i => (float)(i % 21))];
        double[] factors = [.. Enumerable.Range(0, 1000).Select(row =>
        {
            float[] image = Draw(shape, gradient, c => new Zoom(0.8, 1.6, BorderFill.Edge).Apply(c, new SampleRandom(CounterRandom.Key(1, "tests"), 0, row)));
            return 1.0 / (image[(10 * 21) + 11] - image[(10 * 21) + 10]);
        })];
        Assert.That(factors, Is.All.InRange(0.799, 1.601));
        Assert.That(Enumerable.Range(0, 4).Select(q => factors.Count(f => (int)Math.Clamp((f - 0.8) / 0.2, 0, 3) == q)), Is.All.InRange(180, 320), "250 expected, standard deviation 14");
    }

    [Test]
    public void Crop_OfAPart_ReadsARectangleOfTheAskedAreaInside()
    {
        // Two channels that hold x and y show where each pixel is read: the rectangle's sides and corners follow.
        var shape = new ImageShape(2, 24, 32);
        float[] places = [.. Enumerable.Range(0, shape.Length).Select(i => (float)(i < 768 ? i % 32 : i / 32 % 24))];
        var areas = new List<double>();
        for (int row = 0; row < 1000; row++)
        {
            float[] image = Draw(shape, places, c => new Crop(0, 0.25, 1.5, BorderFill.Edge).Apply(c, new SampleRandom(CounterRandom.Key(1, "tests"), 0, row)));
            double stepX = image[(12 * 32) + 17] - image[(12 * 32) + 16];
            double stepY = image[768 + (13 * 32) + 16] - image[768 + (12 * 32) + 16];
            double left = image[(12 * 32) + 16] - (16.5 * stepX) + 0.5;
            double top = image[768 + (12 * 32) + 16] - (12.5 * stepY) + 0.5;
            Assert.That(left, Is.InRange(-0.01, 32.01 - (32 * stepX)), "the rectangle lies inside");
            Assert.That(top, Is.InRange(-0.01, 24.01 - (24 * stepY)));
            Assert.That(stepX / stepY, Is.InRange(1 / 1.51, 1.51));
            areas.Add(stepX * stepY);
        }

        Assert.That(areas, Is.All.InRange(0.249, 1.001));
        Assert.That(areas.Average(), Is.EqualTo(0.62).Within(0.03), "the mean of even areas from 0.25 to 1, less where a side is cut to the image's");
    }

    [Test]
    public void Shift_Subpixel_DrawsDistancesEvenly()
    {
        var shape = new ImageShape(1, 21, 21);
        float[] gradient = [.. Enumerable.Range(0, shape.Length).Select(i => (float)(i % 21))];
        double[] distances = [.. Enumerable.Range(0, 1000).Select(row =>
            10.0 - Draw(shape, gradient, c => new Shift(2, BorderFill.Zero, Subpixel: true).Apply(c, new SampleRandom(CounterRandom.Key(1, "tests"), 0, row)))[(10 * 21) + 10])];
        Assert.That(distances, Is.All.InRange(-2.001, 2.001));
        Assert.That(Enumerable.Range(0, 4).Select(q => distances.Count(d => (int)Math.Clamp(d + 2, 0, 3) == q)), Is.All.InRange(180, 320), "250 expected, standard deviation 14");
    }
}
