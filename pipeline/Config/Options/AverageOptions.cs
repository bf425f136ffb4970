using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>The weights that compete for export.</summary>
internal sealed record AverageOptions
{
    [Key("candidates", "weights that compete; the best on the validation rows is exported", IsPrimary = true)]
    public required IReadOnlyList<CandidateOptions> Candidates { get; init; }

    [Key("winner", "the candidate that is exported, by its name in the table, such as 'ema 0.999'; auto is the best on the validation rows")]
    [Word("auto")]
    public string? Winner { get; init; }
}
