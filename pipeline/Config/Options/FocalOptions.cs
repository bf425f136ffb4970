using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("focal", "cross-entropy that counts what is easy less; of classes or labels")]
internal sealed record FocalOptions : ClassLossOptions
{
    [Key("gamma", "power of the probability that is missing; cross-entropy at 0", IsPrimary = true)]
    [Range(0)]
    public double Gamma { get; init; } = 2;

    [Key("alpha", "factor of positive rows, 1 less it that of negative ones; of two classes or labels only")]
    [Range(0, 1)]
    [Word("none")]
    public double? Alpha { get; init; }
}
