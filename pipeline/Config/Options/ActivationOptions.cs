using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("activation", "an elementwise function")]
internal sealed record ActivationOptions : LayerOptions
{
    [Key("kind", "the function", IsPrimary = true)]
    public required ActivationKind Kind { get; init; }
}
