using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("given", "each row says which part it is of")]
internal sealed record GivenOptions : SplitOptions, ISplitMarks
{
    [Key("column", "a table's column of the words train, validation and test, an ignored one too", IsPrimary = true)]
    public string? Column { get; init; }

    [Key("file", ".npy file of 0 (train), 1 (validation) and 2 (test), for rows that are no table", IsFile = true)]
    public string? File { get; init; }
}
