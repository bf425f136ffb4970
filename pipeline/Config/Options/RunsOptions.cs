using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("runs", "the models of other runs, and that of this one")]
internal sealed record RunsOptions : MembersOptions
{
    [Key("paths", "folders of finished runs with the same inputs and answers", IsPrimary = true)]
    public required IReadOnlyList<string> Paths { get; init; }

    [Key("top", "how many of all, the best on the validation rows; all takes every one")]
    [Range(1, 1000)]
    [Word("all")]
    public int? Top { get; init; }
}
