using Anneal.Pipeline.Stages;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Preflight;

/// <summary>Steps of the pipeline's model for a look at it: other optimizers and regularisers over the same layers, rows and first parameters.</summary>
internal static class ProbedSteps
{
    /// <summary>A step that gives its gradients and changes nothing.</summary>
    /// <param name="subject">The pipeline.</param>
    /// <param name="penalty">Whether the objective has the pipeline's penalties.</param>
    /// <param name="dropout">Whether it drops out what layers ask for.</param>
    public static TrainingGraphs WithGradients(PreflightSubject subject, bool penalty, bool dropout = true)
    {
        UpdateSettings settings = Settings(subject);
        Regularization regularization = settings.Regularization;
        return ModelGraphs.Of(
            subject.Config,
            subject.Data,
            subject.Spec,
            settings with
            {
                Optimizer = new Lbfgs(),
                Accumulate = 1,
                Regularization = penalty ? regularization : regularization with { L1 = 0, L2 = 0 },
            },
            dropout);
    }

    /// <summary>A step of an optimizer without dropout, regularisation, clipping and smoothed labels.</summary>
    /// <param name="subject">The pipeline.</param>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="seed">The seed of the first weights; null for the pipeline's.</param>
    public static TrainingGraphs Bare(PreflightSubject subject, Optimizer optimizer, ulong? seed = null)
    {
        TargetSpec target = subject.Data.Target;
        Trainer.Losses.Loss loss = target.Loss switch
        {
            Trainer.Losses.CrossEntropy => new Trainer.Losses.CrossEntropy(),
            Trainer.Losses.BinaryCrossEntropy => new Trainer.Losses.BinaryCrossEntropy(),
            Trainer.Losses.Loss other => other,
        };
        ModelSpec spec = subject.Spec with { Target = target with { Loss = loss }, Seed = seed ?? subject.Spec.Seed };
        return ModelGraphs.Of(subject.Config, subject.Data, spec, Settings(subject) with { Optimizer = optimizer, Regularization = new Regularization(), ClipNorm = 0, ClipValue = 0, Accumulate = 1, AverageDecays = [] }, dropout: false);
    }

    /// <summary>The step of the training's first phase, one batch a step.</summary>
    /// <param name="subject">The pipeline.</param>
    public static TrainingGraphs OfTraining(PreflightSubject subject) =>
        ModelGraphs.Of(subject.Config, subject.Data, subject.Spec, Settings(subject) with { Accumulate = 1 }, dropout: true);

    /// <summary>Whether the pipeline's objective has a penalty.</summary>
    public static bool HasPenalty(PreflightSubject subject) => Settings(subject).Regularization.HasPenalty;

    private static UpdateSettings Settings(PreflightSubject subject) => TrainingOptions.UpdateOf(subject.Config, subject.Config.Options.Train.AllPhases()[0], subject.Data.AheadWeights);
}
