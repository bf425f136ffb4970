using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>Learns a handful of rows by heart with Adam, without dropout and regularisation: a model that cannot do that has a fault.</summary>
internal sealed class OverfitCheck : IPreflightCheck
{
    // Of the loss of chance.
    private const double Learnt = 0.02;
    private static readonly float[] s_rates = [1e-3f, 1e-2f, 1e-4f];

    public string Name => "overfit";

    public bool IsOn(PreflightOptions options) => options.Overfit is not null;

    public PreflightResult Run(PreflightSubject subject)
    {
        OverfitOptions options = subject.Options.Overfit!;
        RowSet rows = subject.Sample(options.Samples, "overfit");
        TrainingGraphs graphs = ProbedSteps.Bare(subject, Optimizer.Adam());
        bool endsAtZero = graphs.Target.Loss is not Trainer.Losses.Poisson;
        double lowest = double.PositiveInfinity;
        double accuracyThere = 0;
        foreach (float rate in s_rates)
        {
            using var training = new ShortTraining(graphs, subject.Runner, rows, rows.Rows.Length, subject.Seed);
            double chance = graphs.Target.Loss.AtChance(graphs.Target) ?? 1;
            for (int step = 1; step <= options.Steps; step++)
            {
                (double loss, double accuracy) = training.Step(rate);
                if (!double.IsFinite(loss))
                {
                    break;
                }

                (lowest, accuracyThere) = loss < lowest ? (loss, accuracy) : (lowest, accuracyThere);
                if (accuracy >= 1 && (endsAtZero ? loss <= Learnt * chance : loss < chance))
                {
                    return new PreflightResult(
                        Name,
                        PreflightStatus.Passed,
                        FormattableString.Invariant($"{rows.Rows.Length} rows by heart in {step} steps of Adam at {rate:0.####}: loss {loss:0.0000}{(graphs.HasAccuracy ? ", accuracy 1" : "")}"));
                }
            }
        }

        string accuracyText = graphs.HasAccuracy ? FormattableString.Invariant($" with accuracy {accuracyThere:0.00}") : "";
        return new PreflightResult(
            Name,
            PreflightStatus.Failed,
            FormattableString.Invariant($"{rows.Rows.Length} rows could not be learnt by heart in {options.Steps} steps of Adam at any of 3 rates: the lowest loss is {lowest:0.0000}{accuracyText}"),
            "look whether answers fit their rows, whether inputs differ from row to row after preprocessing, whether all layers get a gradient, and whether the model is large enough; a linear model may not be");
    }
}
