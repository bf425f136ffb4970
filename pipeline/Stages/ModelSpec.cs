using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Losses;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>What one training trains.</summary>
/// <param name="Model">The network.</param>
/// <param name="Path">Where the configuration has it.</param>
/// <param name="Target">What it is trained towards.</param>
/// <param name="Seed">The seed of its first weights and random masks.</param>
internal sealed record ModelSpec(ModelOptions Model, string Path, TargetSpec Target, ulong Seed)
{
    /// <summary>The path of a student's network.</summary>
    public const string StudentPath = "ensemble.distill.model";

    /// <summary>The pipeline's own model.</summary>
    public static ModelSpec Of(LoadedConfig config, PreparedData data) => new(config.Options.Model, "model", data.Target, (ulong)config.Options.Seed);

    /// <summary>The model that learns from the ensemble.</summary>
    public static ModelSpec OfStudent(LoadedConfig config, PreparedData data, ulong seed)
    {
        DistillOptions distill = config.Options.Ensemble!.Distill!;
        TargetSpec target = data.Target with { Loss = new Distilled(data.Target.Loss, distill.Temperature, distill.Labels) };
        return new ModelSpec(distill.Model ?? config.Options.Model, distill.Model is null ? "model" : StudentPath, target, seed);
    }
}
