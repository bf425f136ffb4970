using System.Text.RegularExpressions;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Pipeline.Report.Verdicts;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Monitors;

namespace Anneal.Tests.Pipeline.Report.Verdicts;

/// <summary>Each rule on a made-up record that shows its case and nothing else.</summary>
internal sealed partial class JudgementTests
{
    private static readonly Chance s_chance = new(2.3, 0.1);

    [Test]
    public void Of_HealthyRun_NothingToObjectTo() => Assert.That(Names(Run([2, 1, 0.5, 0.3], [2, 1.1, 0.6, 0.5], [0.5, 0.7, 0.8, 0.85], ratio: 1e-3)), Is.Empty);

    [Test]
    public void Of_WildUpdatesAndNoProgress_RateTooHigh() =>
        Assert.That(Names(Run([2.4, 2.5, 2.4], [2.4, 2.4, 2.4], [0.1, 0.1, 0.1], ratio: 0.3)), Is.EqualTo(new[] { "learning rate too high" }));

    [Test]
    public void Of_IdleUpdates_RateTooLow() =>
        Assert.That(Names(Run([2.3, 2.29, 2.28], [2.3, 2.29, 2.28], [0.1, 0.12, 0.13], ratio: 2e-6)), Is.EqualTo(new[] { "learning rate too low" }));

    [Test]
    public void Of_ValidationLossRising_Overfitting()
    {
        Verdict verdict = Judgement.Of(Run([2, 1, 0.5, 0.1], [1.5, 1, 1.2, 1.6], [0.5, 0.7, 0.7, 0.7], ratio: 1e-3)).Single();

        Assert.That(verdict.Name, Is.EqualTo("overfitting"));
        Assert.That(verdict.Evidence, Does.Contain("least in epoch 2 at 1 and ends at 1.6"));
        Assert.That(verdict.Plot, Is.EqualTo("loss"));
    }

    [Test]
    public void Of_TrainingLossNearChance_Underfitting() =>
        Assert.That(Names(Run([2.3, 2.2, 2.1], [2.3, 2.2, 2.1], [0.2, 0.3, 0.3], ratio: 1e-3)), Is.EqualTo(new[] { "underfitting" }));

    [Test]
    public void Of_ValidationAtChanceThroughout_LabelProblem() =>
        Assert.That(Names(Run([2.2, 1.5, 0.9], [2.4, 2.4, 2.41], [0.1, 0.11, 0.09], ratio: 1e-3)), Is.EqualTo(new[] { "label problem" }));

    [Test]
    public void Of_ManyDeadUnits_DeadLayer() =>
        Assert.That(Names(Run([2, 1], [2, 1], [0.5, 0.7], ratio: 1e-3, layers: [Layer("dense1", dead: 0.8), Layer("dense2")])), Is.EqualTo(new[] { "dead layer" }));

    [Test]
    public void Of_ManySaturatedOutputs_SaturatedLayer() =>
        Assert.That(Names(Run([2, 1], [2, 1], [0.5, 0.7], ratio: 1e-3, layers: [Layer("dense1", saturated: 0.8), Layer("dense2")])), Is.EqualTo(new[] { "saturated layer" }));

    [TestCase(0.2f, "vanishing signal")]
    [TestCase(8f, "exploding signal")]
    public void Of_VariancesFallingOrRising_SignalFlow(float factor, string expected)
    {
        LayerRecord[] layers = [.. Enumerable.Range(0, 9).Select(i => Layer($"dense{i + 1}", scale: MathF.Pow(factor, i))), Layer("out")];

        Verdict verdict = Judgement.Of(Run([2, 1], [2, 1], [0.5, 0.7], ratio: 1e-3, layers: layers)).Single();
        Assert.That((verdict.Name, verdict.Plot), Is.EqualTo((expected, "activations")));
    }

    [TestCase(float.NaN, 1f, "activations")]
    [TestCase(1f, float.PositiveInfinity, "gradients")]
    public void Of_ValuesThatAreNotFinite_ExplodingSignalWithThePlotThatLacksThem(float scale, float gradient, string plot)
    {
        Verdict verdict = Judgement.Of(Run([2, 1], [2, 1], [0.5, 0.7], ratio: 1e-3, layers: [Layer("dense1", scale, gradient: gradient), Layer("dense2")])).Single();

        Assert.That((verdict.Name, verdict.Plot), Is.EqualTo(("exploding signal", plot)));
        Assert.That(verdict.Evidence, Does.StartWith($"layer 'dense1' {(plot == "gradients" ? "gets a gradient that is" : "gives values that are")} not finite"));
    }

    // A pool hands each of 64 pixels its share of a gradient: variances fall 4096-fold there although no layer loses any of it.
    [TestCase(1f, null)]
    [TestCase(0.1f, "vanishing signal")]
    public void Of_GradientsSpreadOverPixels_AreJudgedByTheirSumOfSquares(float factor, string? expected)
    {
        LayerRecord[] layers = [.. Enumerable.Range(0, 4).Select(i => Layer($"conv{i + 1}", gradients: 4096, gradient: MathF.Pow(factor, 3 - i) / 64)), Layer("pool", gradients: 64), Layer("out")];

        Verdict[] found = [.. Judgement.Of(Run([2, 1], [2, 1], [0.5, 0.7], ratio: 1e-3, layers: layers))];
        Assert.That(found.Select(v => (v.Name, v.Plot)), Is.EqualTo(expected is null ? Array.Empty<(string, string)>() : [(expected, "gradients")]));
    }

    [TestCase(1.2, "loss clipped instead of gradient")]
    [TestCase(0.1, null)]
    public void Of_RowsWithoutGradient_LossIsClippedWhereTheyHaveTheMost(double silentLoss, string? expected)
    {
        RunHistory run = Run([2, 1], [2, 1], [0.5, 0.7], ratio: 1e-3, layers: [Layer("dense1"), Layer("dense2", silent: 0.6)]);

        Assert.That(Names(run with { Monitors = [.. run.Monitors.Select(m => m with { SilentLoss = silentLoss })] }), Is.EqualTo(expected is null ? Array.Empty<string>() : [expected]));
    }

    // Biases begin at zero: whatever the rate, a step moves them by much of what they are.
    [Test]
    public void MedianRatio_SmallTensorsWithLargeRatios_IsThatOfMostElements()
    {
        TensorStatistics weights = TensorStatistics.Of(new float[100].Select((_, i) => (i % 2) - 0.5f).ToArray());
        TensorStatistics biases = TensorStatistics.Of([1e-6f, -1e-6f]);
        MonitorRecord look = Run([2], [2], [0.5], ratio: 1).Monitors[0] with
        {
            Parameters = [new("a", weights, null, 1e-5 * weights.Norm), new("b", biases, null, biases.Norm), new("c", biases, null, biases.Norm)],
        };

        Assert.That(RunHistory.MedianRatio(look), Is.EqualTo(1e-5).Within(1e-12));
    }

    [TestCase(0.2, "diverged", "learning rate too high")]
    [TestCase(1e-3, "diverged")]
    public void Of_FailureBeforeTheFirstEpochIsOver_DivergedAndWhy(double ratio, params string[] expected)
    {
        RunHistory run = Run([2], [2], [0.5], ratio) with { Epochs = [], Failure = "epoch 1, step 3: the loss is NaN" };

        Assert.That(Names(run with { Monitors = [run.Monitors[0]] }), Is.EqualTo(expected));
    }

    [Test]
    public void Of_LossesOfBatchesFarApart_NoisyBatch()
    {
        RunHistory run = Run([2, 1], [2, 1], [0.5, 0.7], ratio: 1e-3) with
        {
            Steps = [.. Enumerable.Range(1, 60).Select(i => new StepRecord(1, i, i, 4, i % 2 == 0 ? 0.2f : 2f, 0.1f))],
        };

        Assert.That(Judgement.Of(run).Select(v => (v.Name, v.Plot)), Is.EqualTo(new[] { ("noisy batch", "steps") }));
    }

    // Every verdict of every rule, from a record that shows all that can go wrong or lacks what its words are of.
    [Test]
    public void Plot_OfEveryVerdict_IsOneOfTheReport()
    {
        string script = File.ReadAllText(Path.Combine(Repository.Root, "pipeline", "Report", "Html", "report.js"));
        string[] plots =
        [
            .. PlotCalls().Matches(script).Select(m => m.Groups["id"].Value),
            .. new[] { ModelTask.Classification, ModelTask.Binary, ModelTask.Multilabel, ModelTask.Regression }.SelectMany(t => MetricTable.Of(t, new MetricOptions())).Select(m => m.Name),
            MetricTable.Loss,
        ];
        LayerRecord[] fading = [.. Enumerable.Range(0, 6).Select(i => Layer($"l{i}", MathF.Pow(0.1f, i), dead: 0.9, saturated: 0.9, silent: 0.6))];
        LayerRecord[] growing = [.. Enumerable.Range(0, 6).Select(i => Layer($"l{i}", gradient: MathF.Pow(0.1f, i)))];
        StepRecord[] noise = [.. Enumerable.Range(1, 60).Select(i => new StepRecord(1, i, i, 4, i % 2 == 0 ? 0.2f : 2f, 0.1f))];
        RunHistory wild = Run([2.4, 2.5, 2.4], [2, 2.5, 3], [0.1, 0.1, 0.1], ratio: 0.3, fading);
        RunHistory[] runs =
        [
            wild with { Steps = noise, Failure = "the loss is NaN" },
            wild with { Monitors = [.. wild.Monitors.Select(m => m with { SilentLoss = 2 })] },
            Run([2.3, 2.29], [2.3, 2.29], [0.1, 0.12], ratio: 2e-6, growing),
            Run([2, 0.5, 0.1], [1, 1.2, 1.6], [0.5, 0.7, 0.7], ratio: 1e-3),
            Run([2.3, 2.2], [2.3, 2.2], [0.1, 0.1], ratio: 1e-3),
            Run([2.3, 2.2], [2.3, 2.2], [0.1, 0.1], ratio: 1e-3) with { Chance = new Chance(1, null) },
        ];

        Verdict[] found = [.. runs.SelectMany(Judgement.Of)];

        Assert.That(found.Select(v => v.Plot).Where(p => !plots.Contains(p)), Is.Empty);
        Assert.That(found.Select(v => v.Name).Distinct(), Is.EquivalentTo(new[]
        {
            "diverged", "learning rate too high", "learning rate too low", "label problem", "loss clipped instead of gradient", "dead layer", "saturated layer",
            "vanishing signal", "exploding signal", "overfitting", "underfitting", "noisy batch",
        }));
    }

    [GeneratedRegex("""plot\((?:add\(pair, 'div'\)|\w+), '(?<id>[a-z_]+)'|byLayer\('[^']*', '(?<id>[a-z_]+)'""")]
    private static partial Regex PlotCalls();

    private static string[] Names(RunHistory run) => [.. Judgement.Of(run).Select(v => v.Name)];

    private static RunHistory Run(double[] train, double[] validation, double[] accuracy, double ratio, LayerRecord[]? layers = null)
    {
        TensorStatistics weights = TensorStatistics.Of([1, -1]);
        var parameter = new ParameterRecord("w", weights, weights, ratio * weights.Norm);
        layers ??= [Layer("dense1"), Layer("dense2")];
        return new RunHistory(
            [],
            [.. train.Select((loss, i) => new EpochRecord(i + 1, 10 * (i + 1), 0.1f, new Metrics { ["loss"] = loss }, new Metrics { ["loss"] = validation[i], ["accuracy"] = accuracy[i] }))],
            [.. Enumerable.Range(0, train.Length + 1).Select(i => new MonitorRecord(i, 10 * i, 64, 1, 1, [parameter], layers))],
            s_chance,
            1000);
    }

    private static LayerRecord Layer(string name, float scale = 1, int gradients = 2, float gradient = 1, double silent = 0, double? dead = null, double? saturated = null) =>
        new(name, TensorStatistics.Of([scale, -scale]), TensorStatistics.Of([.. Enumerable.Range(0, gradients).Select(i => i % 2 == 0 ? gradient : -gradient)]), silent, dead, saturated);
}
