using Anneal.Onnx;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;

namespace Anneal.Tests.TrainerData.Augment;

public sealed class MixerTests
{
    private static readonly Tensor s_labels = Tensor.Vector<long>(0, 2, 1, 2, 0);
    private static readonly int[] s_rows = [4, 0, 2, 3, 1];

    private static (Tensor Features, Tensor Target) Mixed(BatchMix mix, Tensor features, int step, int? classes = 3)
    {
        Tensor targets = classes is null ? Tensor.Vector<float>(0, 10, 20, 30, 40) : s_labels;
        var mixer = new Mixer([mix], features, targets, classes, 7);
        Tensor target = mixer.NewTarget(features.Shape[0]);
        mixer.Load(targets, s_rows, target);
        mixer.Apply(features, target, 1, step);
        return (features, target);
    }

    private static Tensor OneHotRows() => Tensor.Of<float>([5, 5], [.. Enumerable.Range(0, 25).Select(i => i % 6 == 0 ? 1f : 0)]);

    [Test]
    public void Mixup_Batch_MixesEachRowWithOneOtherAndTargetsAlike()
    {
        var distances = new HashSet<int>();
        for (int step = 0; step < 60; step++)
        {
            (Tensor features, Tensor target) = Mixed(new Mixup(), OneHotRows(), step);
            float share = features.Span<float>()[0];
            int distance = features.Span<float>()[1..5].IndexOfAnyExcept(0f) + 1;
            distances.Add(distance);
            for (int row = 0; row < 5; row++)
            {
                int other = (row + distance) % 5;
                float[] expected = [.. Enumerable.Range(0, 5).Select(i => i == row ? share : i == other ? 1 - share : 0)];
                Assert.That(features.Span<float>().Slice(row * 5, 5).ToArray(), Is.EqualTo(expected).Within(1e-6), "a row of the unit matrix shows the shares");
                float[] shares = new float[3];
                shares[s_labels.Span<long>()[s_rows[row]]] += share;
                shares[s_labels.Span<long>()[s_rows[other]]] += 1 - share;
                Assert.That(target.Span<float>().Slice(row * 3, 3).ToArray(), Is.EqualTo(shares).Within(1e-6));
            }
        }

        Assert.That(distances, Is.EquivalentTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public void Mixup_Bytes_AreRounded()
    {
        Tensor bytes = Tensor.Of<byte>([5, 3, 3], [.. Enumerable.Range(0, 45).Select(i => (byte)(i * 53))]);
        Tensor floats = Tensor.Of<float>([5, 3, 3], [.. bytes.Bytes.ToArray().Select(b => (float)b)]);
        (Tensor rounded, Tensor target) = Mixed(new Mixup(), bytes, 3);
        (Tensor exact, Tensor same) = Mixed(new Mixup(), floats, 3);
        Assert.That(rounded.Bytes.ToArray(), Is.EqualTo(exact.Span<float>().ToArray().Select(v => (byte)(v + 0.5f))));
        Assert.That(target.Span<float>().ToArray(), Is.EqualTo(same.Span<float>().ToArray()));
    }

    [Test]
    public void Mixup_Numbers_AreMixedAlike()
    {
        (Tensor features, Tensor target) = Mixed(new Mixup(), OneHotRows(), 5, classes: null);
        float[] numbers = [.. s_rows.Select(r => 10f * r)];
        float[] expected = [.. Enumerable.Range(0, 5).Select(row => Enumerable.Range(0, 5).Sum(i => features.Span<float>()[(row * 5) + i] * numbers[i]))];
        Assert.That(target.Shape.ToArray(), Is.EqualTo(new[] { 5 }));
        Assert.That(target.Span<float>().ToArray(), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Load_TwoClassesOrSeveralNumbers_AreFloatsOfTheTargetsShape()
    {
        var two = new Mixer([new Mixup()], OneHotRows(), Tensor.Vector<long>(0, 1, 1), null, 1);
        Tensor target = two.NewTarget(2);
        two.Load(Tensor.Vector<long>(0, 1, 1), [2, 0], target);
        Assert.That(target.ToString(), Is.EqualTo("float[2]"));
        Assert.That(target.Span<float>().ToArray(), Is.EqualTo(new float[] { 1, 0 }));

        Tensor numbers = Tensor.Of<float>([3, 2], [1, 2, 3, 4, 5, 6]);
        var several = new Mixer([new Mixup()], OneHotRows(), numbers, null, 1);
        target = several.NewTarget(2);
        several.Load(numbers, [2, 0], target);
        Assert.That(target.ToString(), Is.EqualTo("float[2,2]"));
        Assert.That(target.Span<float>().ToArray(), Is.EqualTo(new float[] { 5, 6, 1, 2 }));
    }

    [Test]
    public void Cutmix_Batch_PastesARectangleAndMixesTargetsByItsArea()
    {
        var sizes = new HashSet<int>();
        for (int step = 0; step < 200; step++)
        {
            byte[] pixels = [.. Enumerable.Range(0, 5 * 2 * 6 * 8).Select(i => (byte)(i / 96))];
            (Tensor features, Tensor target) = Mixed(new Cutmix(), Tensor.Of<byte>([5, 2, 6, 8], pixels), step);
            byte[] first = features.Bytes[..96].ToArray();
            (int Y, int X)[] pasted = [.. Enumerable.Range(0, 48).Where(i => first[i] != 0).Select(i => (i / 8, i % 8))];
            sizes.Add(pasted.Length);
            if (pasted.Length > 0)
            {
                int height = pasted.Max(p => p.Y) - pasted.Min(p => p.Y) + 1;
                int width = pasted.Max(p => p.X) - pasted.Min(p => p.X) + 1;
                Assert.That(pasted, Has.Length.EqualTo(height * width), "a rectangle");
                Assert.That(first.AsSpan(48).SequenceEqual(first.AsSpan(0, 48)), "the same in each channel");
                int distance = first.Max();
                Assert.That(first, Is.All.EqualTo(0).Or.EqualTo(distance), "of one other row");
                Assert.That(features.Bytes.Slice(4 * 96, 96).ToArray().Distinct(), Is.SubsetOf(new[] { 4, (4 + distance) % 5 }), "counted round");
            }

            Assert.That(target.Span<float>().ToArray().Sum(), Is.EqualTo(5).Within(1e-5));
            Assert.That(target.Span<float>()[0], Is.EqualTo(1 - (pasted.Length / 48f)).Within(1e-6).Or.EqualTo(1), "row 4 is of class 0, and so is row 0");
        }

        Assert.That(sizes, Has.Count.GreaterThan(10));
    }

    [TestCase(0.2)]
    [TestCase(1)]
    [TestCase(4)]
    public void Beta_ManyDraws_HasItsMoments(double alpha)
    {
        double[] draws = [.. Enumerable.Range(0, 20000).Select(i => Beta.Draw(alpha, new SampleRandom(CounterRandom.Key(1, "tests"), 0, i), 0))];
        double variance = draws.Average(x => (x - 0.5) * (x - 0.5));
        double fourth = draws.Average(x => Math.Pow(x - 0.5, 4));
        double expected = 1 / (4 * ((2 * alpha) + 1));
        Assert.That(draws.Average(), Is.EqualTo(0.5).Within(4 * Math.Sqrt(expected / 20000)), "four standard errors");
        Assert.That(variance, Is.EqualTo(expected).Within(0.03 * expected));
        Assert.That(fourth, Is.EqualTo(3 / (16 * ((2 * alpha) + 1) * ((2 * alpha) + 3))).Within(0.05 * fourth));
    }

    [Test]
    public void Beta_TinyAlpha_IsAllOfOneRow()
    {
        double[] draws = [.. Enumerable.Range(0, 1000).Select(i => Beta.Draw(1e-6, new SampleRandom(CounterRandom.Key(1, "tests"), 0, i), 0))];
        Assert.That(draws, Is.All.InRange(0, 1));
        Assert.That(draws.Count(d => d is > 1e-3 and < 0.999), Is.LessThan(3));
        Assert.That(draws.Count(d => d > 0.5), Is.InRange(430, 570), "500 expected, standard deviation 16");
    }

    [Test]
    public void Apply_WithAProbability_MixesThatShareOfBatches()
    {
        int mixed = Enumerable.Range(0, 1000).Count(step => Mixed(new Mixup { Probability = 0.4 }, OneHotRows(), step).Features.Span<float>()[0] != 1);
        Assert.That(mixed, Is.InRange(340, 460), "400 expected, standard deviation 15");
    }

    [Test]
    public void Apply_OneRow_LeavesItAlone()
    {
        var mixer = new Mixer([new Mixup()], Tensor.Of<float>([1, 2], [1, 2]), s_labels, 2, 1);
        Tensor features = Tensor.Of<float>([1, 2], [1, 2]);
        Tensor target = Tensor.Of<float>([1, 2], [0, 1]);
        mixer.Apply(features, target, 0, 0);
        Assert.That(features.Span<float>().ToArray(), Is.EqualTo(new float[] { 1, 2 }));
    }

    [Test]
    public void Mixer_RowsThatAreNoImages_CannotBeCut() =>
        Assert.That(
            () => new Mixer([new Cutmix()], Tensor.Zeros(DType.Float, 4, 9), s_labels, 2, 1),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("cutmix cuts images, and these rows are none. hint: use mixup"));

    [Test]
    public void Next_MixingFeed_IsTheSameAheadInlineAndFromTheMiddle()
    {
        Tensor images = Tensor.Of<byte>([31, 4, 4], [.. Enumerable.Range(0, 496).Select(i => (byte)(i * 7))]);
        Tensor target = Tensor.Vector<long>([.. Enumerable.Range(0, 31).Select(i => i % 3L)]);
        string[] Take(int epoch, int step, bool prefetch, int batches)
        {
            using var feed = new BatchFeed(
                [images], target, [.. Enumerable.Range(0, 31)], 10, 9, epoch, step, prefetch, mixer: new Mixer([new Mixup(), new Cutmix()], images, target, 3, 9));
            return [.. Enumerable.Range(0, batches).Select(_ =>
            {
                Batch batch = feed.Next();
                Assert.That(batch.Target.Shape.ToArray(), Is.EqualTo(new[] { batch.Rows, 3 }));
                return Convert.ToHexString(batch.Features[0].Bytes) + Convert.ToHexString(batch.Target.Bytes);
            })];
        }

        string[] whole = Take(0, 0, true, 8);
        Assert.That(Take(0, 0, false, 8), Is.EqualTo(whole));
        Assert.That(Take(1, 1, true, 3), Is.EqualTo(whole[5..]), "resumed in the middle of the second epoch");
        Assert.That(whole, Is.Unique);
    }
}
