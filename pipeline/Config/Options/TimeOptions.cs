using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("time", "the last part in time is held out; rows of one time stay together")]
internal sealed record TimeOptions : SplitOptions, ISplitMarks
{
    [Key("column", "a table's column of numbers or ISO dates, an ignored one too; rows are in the order of time when there is neither column nor file")]
    public string? Column { get; init; }

    [Key("file", ".npy file of each row's time, a number, for rows that are no table", IsFile = true)]
    public string? File { get; init; }

    [Key("validation", "fraction of the rows to validate on, 0.1 without a cut; those to test on are later", IsPrimary = true)]
    [Range(0, 1, ExcludesMin = true, ExcludesMax = true)]
    public double? Validation { get; init; }

    [Key("cut", "the time from which rows are validated on, in the place of a fraction")]
    public string? Cut { get; init; }

    [Key("test", "fraction of the rows to test on, the latest, when there is no test source")]
    [Range(0, 1, ExcludesMax = true)]
    public double Test { get; init; }
}
