using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record InitOptions
{
    [Key("kind", "first values of the weights; auto is chosen by the activation", IsPrimary = true)]
    public InitKind Kind { get; init; } = InitKind.Auto;

    [Key("scale", "factor of the first values: the deviation of normal, the bound of uniform, the value of constant, a gain elsewhere")]
    public double Scale { get; init; } = 1;
}
