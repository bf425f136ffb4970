using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>A handful of rows to learn by heart.</summary>
internal sealed record OverfitOptions
{
    [Key("samples", "how many rows", IsPrimary = true)]
    [Range(1, 1000)]
    public int Samples { get; init; } = 20;

    [Key("steps", "the most steps that it may take")]
    [Range(1, 100000)]
    public int Steps { get; init; } = 500;
}
