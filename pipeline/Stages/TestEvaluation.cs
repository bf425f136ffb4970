using Anneal.Pipeline.Runs;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Stages;

/// <summary>Evaluates what is exported on the test rows, counts that look, and warns where test is far below validation.</summary>
internal static class TestEvaluation
{
    private const double MostStandardErrors = 3;

    /// <summary>Evaluates a training's parameters, where there are test rows.</summary>
    /// <param name="context">The run; receives the metrics.</param>
    /// <param name="training">The training.</param>
    /// <param name="validation">The errors on validation rows; null where there are none.</param>
    /// <returns>What to add to the stage's note.</returns>
    public static string Run(RunContext context, Fit training, ErrorSample? validation)
    {
        if (context.Data.TestRows.Length == 0)
        {
            return "";
        }

        context.TestLooks = TestLooks.Count(context.LooksFolder, context.Data.TestKey(context.FileHashes));
        Evaluation evaluation = training.Judged;
        context.Metrics[Part.Test] = evaluation.Metrics;
        ErrorSample test = ErrorSample.Of(evaluation);
        if (validation?.StandardErrorsTo(test) is { } distance and > MostStandardErrors)
        {
            context.Warn(FormattableString.Invariant(
                $"test is far below validation: {Describe(test, evaluation)} against {Describe(validation, evaluation)}, {distance:0.0} standard errors of the difference, and chance seldom gives more than {MostStandardErrors}; look whether both come from the same source, whether validation rows leak into training, and how often they were chosen by"));
        }

        return FormattableString.Invariant($"; test looked at {context.TestLooks} {(context.TestLooks == 1 ? "time" : "times")}");
    }

    private static string Describe(ErrorSample sample, Evaluation evaluation) => evaluation.Metrics.ContainsKey(Metrics.Accuracy)
        ? FormattableString.Invariant($"accuracy {1 - sample.Mean:0.0000}")
        : FormattableString.Invariant($"rmse {Math.Sqrt(sample.Mean):0.####}");
}
