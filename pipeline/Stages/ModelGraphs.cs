using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Stages;

/// <summary>The graphs of a pipeline's models.</summary>
internal static class ModelGraphs
{
    /// <summary>The graphs in each phase of a training.</summary>
    public static IReadOnlyList<TrainingGraphs> Phases(LoadedConfig config, PreparedData data, ModelSpec spec) =>
        [.. config.Options.Train.AllPhases().Select((phase, i) => OfPhase(config, data, spec, phase, i == 0 ? null : FormattableString.Invariant($"phase/{i}")))];

    /// <summary>The graphs of a pipeline's own model, as its training begins.</summary>
    public static TrainingGraphs First(LoadedConfig config, PreparedData data) => OfPhase(config, data, ModelSpec.Of(config, data), config.Options.Train.AllPhases()[0], null);

    /// <summary>The graphs in one phase.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="data">The rows.</param>
    /// <param name="spec">What is trained.</param>
    /// <param name="phase">The phase's settings.</param>
    /// <param name="key">What tells its random masks from those of others, whose steps are numbered from 1 too; null for the training's first steps.</param>
    public static TrainingGraphs OfPhase(LoadedConfig config, PreparedData data, ModelSpec spec, PhaseOptions phase, string? key) =>
        Of(config, data, spec with { Seed = key is null ? spec.Seed : CounterRandom.Key(spec.Seed, key) }, TrainingOptions.UpdateOf(config, phase, data.AheadWeights), dropout: true);

    /// <summary>The graphs of a model.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="data">The rows.</param>
    /// <param name="spec">What is trained.</param>
    /// <param name="update">What shapes the step.</param>
    /// <param name="dropout">Whether the step drops out what layers ask for.</param>
    public static TrainingGraphs Of(LoadedConfig config, PreparedData data, ModelSpec spec, UpdateSettings update, bool dropout) => TrainingGraphs.Build(
        NetworkOf(config, data, spec),
        data.InStep,
        data.Fitted.Graph,
        spec.Target,
        update,
        spec.Seed,
        dropout,
        data.Ahead);

    /// <summary>The graph of an exported model.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="data">The rows.</param>
    /// <param name="spec">What was trained.</param>
    public static Graph Inference(LoadedConfig config, PreparedData data, ModelSpec spec) => TrainingGraphs.BuildInference(
        NetworkOf(config, data, spec),
        data.Fitted.Graph,
        spec.Target,
        spec.Seed,
        data.Ahead,
        [.. config.Options.Export.Outputs.Distinct().Select(o => Enum.Parse<InferenceOutput>(o.ToString()))]);

    private static Network NetworkOf(LoadedConfig config, PreparedData data, ModelSpec spec) =>
        NetworkBuilder.Build(spec.Model, data.Target.Outputs, config.OriginOf, data.Fitted.Embedded, spec.Path, data.Imported);
}
