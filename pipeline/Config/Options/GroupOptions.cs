using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("group", "whole groups are held out, so that no group is on both sides")]
internal sealed record GroupOptions : SplitOptions, ISplitMarks
{
    [Key("column", "a table's column that names each row's group, an ignored one too", IsPrimary = true)]
    public string? Column { get; init; }

    [Key("file", ".npy file of each row's group, a number, for rows that are no table", IsFile = true)]
    public string? File { get; init; }

    [Key("k", "how many folds, in the place of one split by a fraction")]
    [Range(2, 1000)]
    public int? K { get; init; }

    [Key("validation", "fraction of the rows to validate on, as nearly as whole groups allow; 0.1 without 'k'")]
    [Range(0, 1, ExcludesMin = true, ExcludesMax = true)]
    public double? Validation { get; init; }

    [Key("test", "fraction of the rows to test on, as nearly as whole groups allow, when there is no test source")]
    [Range(0, 1, ExcludesMax = true)]
    public double Test { get; init; }
}
