using Anneal.Onnx;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Profiles;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx.Profiles;

public sealed class InputProfileTests
{
    [Test]
    public void Of_Numbers_HasMeanDeviationMissingAndTwentyBins()
    {
        ColumnProfile column = Profile("x", Tensor.Of<float>([101, 1], [.. Enumerable.Range(1, 100).Select(i => (float)i), float.NaN])).Columns.Single();

        Assert.That(column.Name, Is.EqualTo("x"));
        Assert.That(column.Missing, Is.EqualTo(1 / 101.0));
        Assert.That(column.Mean, Is.EqualTo(50.5));
        Assert.That(column.Deviation, Is.EqualTo(28.866).Within(1e-3));
        Assert.That((column.Min, column.Max), Is.EqualTo((1, 100)));
        Assert.That(column.Edges, Is.EqualTo(Enumerable.Range(1, 19).Select(i => 5f * i)));
        Assert.That(column.Shares, Is.All.EqualTo(0.05));
    }

    [Test]
    public void Of_FewDifferentNumbers_HasAsFewBins()
    {
        ColumnProfile column = Profile("x", Tensor.Vector(0f, 0, 0, 1)).Columns.Single();

        Assert.That(column.Edges, Is.EqualTo(new[] { 0f }));
        Assert.That(column.Shares, Is.EqualTo(new[] { 0.75, 0.25 }));
    }

    [Test]
    public void Of_Categories_HasTheMostFrequentAndTheRest()
    {
        string[] texts = ["b", "b", "a", "", .. Enumerable.Range(0, 60).Select(i => $"t{i:00}")];

        ColumnProfile column = Profile("c", Tensor.OfStrings([texts.Length, 1], texts)).Columns.Single();

        Assert.That(column.Categories, Has.Length.EqualTo(50));
        Assert.That(column.Categories[0], Is.EqualTo("b"));
        Assert.That(column.Shares[0], Is.EqualTo(2 / 63.0));
        Assert.That(column.Shares[^1], Is.EqualTo(12 / 63.0).Within(1e-12));
        Assert.That(column.Missing, Is.EqualTo(1 / 64.0));
    }

    [Test]
    public void Of_WideRows_HasTheirMeansAndDeviations()
    {
        InputProfile profile = Profile("pixels", Tensor.Zeros(DType.UInt8, 3, 10, 10));

        Assert.That(profile.Columns.Select(c => c.Name), Is.EqualTo(new[] { "mean(pixels)", "deviation(pixels)" }));
        Assert.That(Profile("x", Tensor.Zeros(DType.Float, 3, 2)).Columns.Select(c => c.Name), Is.EqualTo(new[] { "x[0]", "x[1]" }));
    }

    [Test]
    public void Find_OfWritten_IsTheSame()
    {
        InputProfile profile = InputProfile.Of(new Dictionary<string, Tensor> { ["x"] = Numbers(100, 0, 1), ["c"] = Tensor.OfStrings([2], ["a", "ä"]) });

        InputProfile read = InputProfile.Find(new Dictionary<string, string> { [InputProfile.MetadataKey] = profile.ToJson() })!;

        Assert.That(read.ToJson(), Is.EqualTo(profile.ToJson()));
        Assert.That(InputProfile.Find(new Dictionary<string, string>()), Is.Null);
    }

    [TestCase("{")]
    [TestCase("null")]
    [TestCase("""{"rows": 1, "columns": [null]}""")]
    [TestCase("""{"rows": 1, "columns": [{"name": "x", "missing": 0, "shares": [1], "edges": [1, 2]}]}""")]
    [TestCase("""{"rows": 1, "columns": [{"name": "x", "missing": 0, "shares": [1]}]}""")]
    public void Find_WhatIsNoProfile_IsRefused(string json)
    {
        AnnealException error = Assert.Throws<AnnealException>(() => InputProfile.Find(new Dictionary<string, string> { [InputProfile.MetadataKey] = json }))!;

        Assert.That(error.Message, Does.StartWith("metadata 'anneal.profile' is no profile: "));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }

    [Test]
    public void Measures_SameRows_AreZero()
    {
        Tensor rows = Numbers(1000, 0, 1);

        DriftMeasure measure = Drift("x", rows, rows);

        Assert.That((measure.Psi, measure.Ks, measure.MeanShift, measure.Missing, measure.Unseen), Is.EqualTo((0, 0, 0, 0, 0)).Within(1e-6));
    }

    // The bound is passed by one sample in a thousand; of 200 none or one, with these numbers, is.
    [Test]
    public void Measures_OtherRowsOfTheSameSpread_AreWithinChance()
    {
        Tensor trained = Numbers(500, 0, 1);

        int beyond = Enumerable.Range(1, 200).Count(i => Drift("x", trained, Numbers(300, 0, 1, (ulong)i)) is var m && m.Psi > m.PsiByChance);

        Assert.That(beyond, Is.AtMost(3));
    }

    [Test]
    public void Measures_ShiftedRows_AreBeyondChanceAndNamed()
    {
        DriftMeasure measure = Drift("x", Numbers(2000, 0, 1), Numbers(1000, 2, 1, 5));

        Assert.That(measure.Psi, Is.GreaterThan(1).And.GreaterThan(measure.PsiByChance));
        // Of normal distributions whose means are d apart it is 2Φ(d / 2) - 1 = 0.683; sampling and the bins move it by a few hundredths.
        Assert.That(measure.Ks, Is.EqualTo(0.683).Within(0.05));
        Assert.That(measure.MeanShift, Is.EqualTo(2).Within(0.15));
        Assert.That(measure.Unseen, Is.Positive);
    }

    [Test]
    public void Measures_Categories_CountNewOnesAndMissingOnes()
    {
        DriftMeasure measure = Drift("c", Tensor.OfStrings([4], ["a", "a", "b", "b"]), Tensor.OfStrings([4], ["a", "z", "", ""]));

        Assert.That(measure.Missing, Is.EqualTo(0.5));
        Assert.That(measure.Unseen, Is.EqualTo(0.5));
        // Half the differences of (1/2, 1/2, 0) and (1/2, 0, 1/2).
        Assert.That(measure.Ks, Is.EqualTo(0.5));
        Assert.That(measure.MeanShift, Is.Null);
    }

    [Test]
    public void Add_InBatches_GivesTheSameAsAtOnce()
    {
        InputProfile profile = Profile("x", Numbers(400, 0, 1));
        Tensor rows = Numbers(300, 0.5f, 2, 9);
        var once = new DriftCounter(profile);
        once.Add("x", rows);
        var parts = new DriftCounter(profile);
        for (int start = 0; start < 300; start += 70)
        {
            parts.Add("x", rows.Rows(start, Math.Min(70, 300 - start)));
        }

        Assert.That(parts.Measures()[0].Psi, Is.EqualTo(once.Measures()[0].Psi));
        Assert.That(parts.Measures()[0].MeanShift, Is.EqualTo(once.Measures()[0].MeanShift).Within(1e-12));
        Assert.That(new DriftCounter(profile).Absent, Is.EqualTo(new[] { "x" }));
    }

    private static InputProfile Profile(string name, Tensor rows) => InputProfile.Of(new Dictionary<string, Tensor> { [name] = rows });

    private static DriftMeasure Drift(string name, Tensor trained, Tensor rows)
    {
        var counter = new DriftCounter(Profile(name, trained));
        counter.Add(name, rows);
        return counter.Measures().Single();
    }

    // Normal numbers by the sum of twelve uniform ones.
    private static Tensor Numbers(int rows, float mean, float deviation, ulong seed = 0)
    {
        ulong key = CounterRandom.Key(seed, "tests/profile");
        return Tensor.Of<float>([rows, 1], [.. Enumerable.Range(0, rows).Select(r =>
            mean + (deviation * (Enumerable.Range(0, 12).Sum(i => CounterRandom.UInt32(key, (ulong)((r * 12) + i)) / 4294967296f) - 6)))]);
    }
}
