namespace Anneal.Pipeline.Config.Yaml;

/// <summary>An immutable YAML node that knows where it was written; an alias shares its anchor's node.</summary>
/// <param name="Origin">The first character.</param>
/// <param name="Size">Nodes below and including this one, aliases expanded.</param>
/// <param name="Height">Levels below this one, aliases expanded.</param>
internal abstract record YamlNode(Origin Origin, long Size, int Height)
{
    private const int ShownLength = 40;

    public bool IsEmpty => this is YamlScalar { IsPlain: true, Text: "" };

    public bool IsNull => this is YamlScalar { IsPlain: true, Text: "" or "~" or "null" or "Null" or "NULL" };

    /// <summary>What an error says was found.</summary>
    public string Describe() => this switch
    {
        YamlMap => "a map",
        YamlList => "a list",
        _ when IsEmpty => "nothing",
        YamlScalar { IsPlain: true } scalar => $"'{Shorten(scalar.Text)}'",
        YamlScalar scalar => $"the text \"{Shorten(scalar.Text)}\"",
        _ => throw new InvalidOperationException(),
    };

    private static string Shorten(string text) => text.Length <= ShownLength ? text : text[..ShownLength] + "…";
}
