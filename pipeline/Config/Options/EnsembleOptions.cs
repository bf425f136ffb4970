using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>Several models that answer as one.</summary>
internal sealed record EnsembleOptions
{
    [Key("members", "the models; one is the model that the run would export without an ensemble", IsPrimary = true)]
    [Word("one")]
    public MembersOptions? Members { get; init; }

    [Key("combine", "how their answers become one")]
    public CombineKind Combine { get; init; } = CombineKind.MeanProbabilities;

    [Key("views", "what each model looks at: flip is an image and its mirror image, whose answers count alike; none is the row as it is")]
    [Word("none")]
    public ViewKind? Views { get; init; }

    [Key("distill", "a single model that learns from the ensemble's answers and is exported in its place")]
    [Word("none")]
    public DistillOptions? Distill { get; init; }
}
