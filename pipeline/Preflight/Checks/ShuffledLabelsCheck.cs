using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>Trains shortly on answers that are permuted against their rows: what validation then knows better than chance has come by another way.</summary>
internal sealed class ShuffledLabelsCheck : IPreflightCheck
{
    private const int Steps = 200;
    private const int Batch = 64;
    private const float Rate = 1e-3f;
    private const double MostStandardErrors = 4;

    public string Name => "shuffled-labels";

    public bool IsOn(PreflightOptions options) => options.ShuffledLabels;

    public PreflightResult Run(PreflightSubject subject)
    {
        int validation = subject.ValidationRows.Rows.Length;
        if (validation == 0)
        {
            return new PreflightResult(Name, PreflightStatus.Skipped, "there are no rows to validate on");
        }

        TrainingGraphs graphs = ProbedSteps.Bare(subject, Optimizer.Adam());
        using var training = new ShortTraining(graphs, subject.Runner, Shuffled(subject), Batch, subject.Seed);
        for (int step = 0; step < Steps; step++)
        {
            _ = training.Step(Rate);
        }

        using var evaluator = new Evaluator(graphs, subject.Runner, subject.ValidationRows);
        Metrics metrics = evaluator.Evaluate(training.Parameters).Metrics;
        (string metric, double chance, double margin) = graphs.HasAccuracy
            ? (Metrics.Accuracy, Chance(subject), MostStandardErrors * Math.Sqrt(0.25 / validation))
            : ("r2", 0, MostStandardErrors / Math.Sqrt(validation));
        double value = metrics[metric];
        string detail = FormattableString.Invariant($"validation {metric} {value:0.0000} after {Steps} steps on permuted answers, where chance gives {chance:0.0000} and seldom more than {chance + margin:0.0000}");
        return value <= chance + margin
            ? new PreflightResult(Name, PreflightStatus.Passed, detail)
            : new PreflightResult(Name, PreflightStatus.Failed, detail, "validation knows what training could not tell it: look for rows on both sides of the split, and for preprocessing that has seen the answers");
    }

    private static RowSet Shuffled(PreflightSubject subject)
    {
        RowSet rows = subject.TrainRows;
        int[] order = Permutation.Of(subject.Seed, "preflight/shuffled_labels", 0, rows.Rows.Length);
        Tensor target = rows.Target.Clone();
        for (int i = 0; i < order.Length; i++)
        {
            rows.Target.Rows(rows.Rows[order[i]], 1).CopyTo(target.Rows(rows.Rows[i], 1));
        }

        return rows with { Target = target };
    }

    // The share of validation rows that the best constant answer gets right: of the commonest class, or combination of labels.
    private static double Chance(PreflightSubject subject)
    {
        RowSet rows = subject.ValidationRows;
        return rows.Rows.CountBy(r => Convert.ToHexString(rows.Target.Rows(r, 1).Bytes)).Max(c => c.Value) / (double)rows.Rows.Length;
    }
}
