using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>What guessing gives without looking at the inputs.</summary>
/// <param name="Loss">The loss of the best constant answer, or that of a model that knows nothing; null where neither is known.</param>
/// <param name="Accuracy">The share of the most frequent class; null where there are no classes.</param>
internal sealed record Chance(double? Loss, double? Accuracy)
{
    /// <summary>Guesses on rows: of a log-loss by the classes' shares, of any other as <see cref="Trainer.Losses.Loss.AtChance"/> does.</summary>
    /// <param name="target">What is learnt.</param>
    /// <param name="rows">The rows to train on.</param>
    public static Chance Of(TargetSpec target, RowSet rows)
    {
        double? loss = target.Loss.AtChance(target);
        if (target.Task is not (LearningTask.Classification or LearningTask.Binary))
        {
            return new Chance(loss, null);
        }

        double[] shares = [.. rows.Rows.CountBy(row => rows.Target.Span<long>()[row]).Select(c => (double)c.Value / rows.Rows.Length)];
        bool isEntropy = target is { Loss.IsLogLoss: true, ClassWeights: null, IsWeighted: false };
        return new Chance(isEntropy ? -shares.Sum(s => s * Math.Log(s)) : loss, shares.Max());
    }
}
