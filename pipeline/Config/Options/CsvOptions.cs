using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("csv", "a table of text")]
internal sealed record CsvOptions : SourceOptions
{
    [Key("path", "the file", IsFile = true)]
    public required string Path { get; init; }

    [Key("columns", "name and type of each column, in the file's order")]
    public IReadOnlyDictionary<string, ColumnKind>? Columns { get; init; }

    [Key("header", "whether the first line holds the columns' names")]
    public bool Header { get; init; } = true;

    [Key("delimiter", "the character between two fields")]
    public char Delimiter { get; init; } = ',';

    [Key("missing", "fields that stand for a missing value")]
    public IReadOnlyList<string> Missing { get; init; } = ["", "?"];

    [Key("trim", "whether blanks around a field are dropped")]
    public bool Trim { get; init; } = true;

    [Key("label_strip", "characters dropped from the end of a label")]
    public string LabelStrip { get; init; } = "";

    [Key("skip_blank_lines", "whether blank lines are dropped rather than refused")]
    public bool SkipBlankLines { get; init; } = true;
}
