using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>Trains shortly, several times, on answers that are permuted against their rows: what validation then knows better than chance has come by another way.</summary>
/// <remarks>
/// Rows of a class are much alike, and a model answers them alike: how far one training is from chance says nothing, however many rows there are. So each training has first weights, a permutation and an order
/// of its own, and their mean is judged by their spread, with Student's t.
/// </remarks>
internal sealed class ShuffledLabelsCheck : IPreflightCheck
{
    private const int Trainings = 6;
    private const int Steps = 50;
    private const int Batch = 64;
    private const int MostRows = 1000;
    private const float Rate = 1e-3f;
    private const double FewestStandardErrors = 4;

    // Student's t of five degrees of freedom is above it once in 1000 times.
    private const double T = 5.893;

    public string Name => "shuffled-labels";

    public bool IsOn(PreflightOptions options) => options.ShuffledLabels;

    public PreflightResult Run(PreflightSubject subject)
    {
        RowSet validation = subject.Sample(subject.ValidationRows, MostRows, "shuffled_labels/validation");
        if (validation.Rows.Length == 0)
        {
            return new PreflightResult(Name, PreflightStatus.Skipped, "there are no rows to validate on");
        }

        bool isAccuracy = subject.Graphs.HasAccuracy;
        string metric = isAccuracy ? Metrics.Accuracy : "r2";
        double[] values = [.. Enumerable.Range(0, Trainings).Select(i => Trained(subject, validation, i)[metric])];
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (Trainings - 1));
        double chance = isAccuracy ? Chance(validation) : 0;
        double least = FewestStandardErrors * (isAccuracy ? 0.5 : 1) / Math.Sqrt(validation.Rows.Length);
        double bound = chance + Math.Max(least, T * deviation / Math.Sqrt(Trainings));
        string detail = FormattableString.Invariant(
            $"validation {metric} {mean:0.0000} ± {deviation:0.0000} over {Trainings} trainings of {Steps} steps on permuted answers, where chance gives {chance:0.0000} and seldom more than {bound:0.0000}");
        return mean <= bound
            ? new PreflightResult(Name, PreflightStatus.Passed, detail)
            : new PreflightResult(Name, PreflightStatus.Failed, detail, "validation knows what training could not tell it: look for rows on both sides of the split, and for preprocessing that has seen the answers");
    }

    private static Metrics Trained(PreflightSubject subject, RowSet validation, int number)
    {
        ulong seed = CounterRandom.Key(subject.Seed, FormattableString.Invariant($"preflight/shuffled_labels/{number}"));
        TrainingGraphs graphs = ProbedSteps.Bare(subject, Optimizer.Adam(), seed);
        using var training = new ShortTraining(graphs, subject.Runner, Shuffled(subject, seed), Batch, seed);
        for (int step = 0; step < Steps; step++)
        {
            _ = training.Step(Rate);
        }

        using var evaluator = new Trainer.Loop.Evaluator(graphs, subject.Runner, validation);
        return evaluator.Evaluate(training.Parameters).Metrics;
    }

    private static RowSet Shuffled(PreflightSubject subject, ulong seed)
    {
        RowSet rows = subject.TrainRows;
        int[] order = Permutation.Of(seed, "preflight/shuffled_labels", 0, rows.Rows.Length);
        Tensor target = rows.Target.Clone();
        for (int i = 0; i < order.Length; i++)
        {
            rows.Target.Rows(rows.Rows[order[i]], 1).CopyTo(target.Rows(rows.Rows[i], 1));
        }

        return rows with { Target = target };
    }

    // The share of rows that the best constant answer gets right: of the commonest class, or combination of labels.
    private static double Chance(RowSet rows) =>
        rows.Rows.CountBy(r => Convert.ToHexString(rows.Target.Rows(r, 1).Bytes)).Max(c => c.Value) / (double)rows.Rows.Length;
}
