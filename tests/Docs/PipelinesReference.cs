using System.Reflection;
using System.Text;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;
using RangeAttribute = Anneal.Pipeline.Config.Schema.RangeAttribute;

namespace Anneal.Tests.Docs;

/// <summary>The text of docs/pipelines.md, written from the options records.</summary>
internal sealed class PipelinesReference
{
    private const string Intro = """
        # pipelines.yaml

        Every key, from the records that the file is read into. This page is generated: do not edit it; change the records in
        `pipeline/Config/Options` and run `ANNEAL_UPDATE_DOCS=1 dotnet test -c Release --filter PipelinesReference`.
        `anneal schema` prints the same as JSON Schema for editors, and `anneal explain PIPELINE` shows every value of a pipeline, where it
        comes from and what it means.

        - Unknown keys, values out of range and keys that have no use where they stand are errors, all reported at once with line and column.
        - Where one of several kinds is chosen, its name is the key: `optimizer: {adam: {lr: 1e-3}}`. A kind that needs no keys may be written as a
          word: `optimizer: adam`. A kind or section with a *short form* may be given that key's value alone: `dense: 10` is `dense: {units: 10}`.
        - A file is looked for beside the YAML file, then in the folders of the environment variable `ANNEAL_DATA`.
        - `data.features` of a table and `data.normalize` of anything else take their defaults when left out.
        - `--set key.path=value` replaces any value below, on the command line.

        """;

    private readonly StringBuilder _text = new(Intro);
    private readonly Dictionary<ValueShape, string> _written = [];

    public static string Write()
    {
        var reference = new PipelinesReference();
        reference.Section("The file", "", ValueShape.OfRecord(typeof(PipelinesFile)), "");
        return reference._text.ToString().ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
    }

    private void Section(string title, string doc, RecordShape record, string path)
    {
        _text.Append("\n## ").Append(title).Append("\n\n");
        if (doc.Length > 0)
        {
            _text.Append(Sentence(doc)).Append('\n').Append(ShortForm(record)).Append('\n');
        }

        Table(record);
        Nested(record, path);
    }

    private void Nested(RecordShape record, string path)
    {
        foreach (OptionKey key in record.Keys)
        {
            string keyPath = BindContext.Join(path, key.Key.Name);
            ValueShape shape = key.Shape is WordShape word ? word.Inner : key.Shape;
            shape = shape switch
            {
                ListShape list => list.Item,
                MapShape map => map.Item,
                _ => shape,
            };
            bool isEach = key.Shape is ListShape or MapShape || (key.Shape is WordShape { Inner: ListShape });
            if (shape is RecordShape inner && keyPath == "pipelines")
            {
                Section("A pipeline", "", inner, "");
            }
            else if (shape is RecordShape section)
            {
                Section($"`{keyPath}`", key.Key.Doc, section, keyPath);
            }
            else if (shape is OneOfShape choice)
            {
                Choice(keyPath, key.Key.Doc, choice, isEach);
            }
        }
    }

    private void Choice(string path, string doc, OneOfShape choice, bool isEach)
    {
        _text.Append("\n## `").Append(path).Append("`\n\n").Append(Sentence(doc));
        if (_written.TryGetValue(choice, out string? earlier))
        {
            _text.Append(" The kinds and their keys are those of `").Append(earlier).Append("`.\n");
            return;
        }

        _written.Add(choice, path);
        _text.Append(isEach ? " Each item is one of these:\n" : " One of these:\n");
        foreach ((Type type, KeyAttribute key) in choice.Kinds)
        {
            RecordShape kind = ValueShape.OfRecord(type);
            _text.Append("\n### `").Append(path).Append(": ").Append(key.Name).Append("`\n\n").Append(Sentence(key.Doc)).Append('\n');
            if (kind.IsBare)
            {
                Nested(kind, path);
            }
            else if (kind.Keys.Count > 0)
            {
                _text.Append(ShortForm(kind)).Append('\n');
                Table(kind);
                Nested(kind, kind.IsBeside ? path : BindContext.Join(path, key.Name));
            }
        }
    }

    private void Table(RecordShape record)
    {
        _text.Append("| key | value | default | meaning |\n|---|---|---|---|\n");
        foreach (OptionKey key in record.Keys)
        {
            _text.Append("| `").Append(key.Key.Name).Append("` | ").Append(Value(key)).Append(" | ").Append(Default(key)).Append(" | ")
                .Append(key.Key.Doc.Replace("|", "\\|", StringComparison.Ordinal)).Append(" |\n");
        }
    }

    private static string Value(OptionKey key)
    {
        string value = Describe(key.Shape);
        RangeAttribute? range = key.Property.GetCustomAttribute<RangeAttribute>();
        return range is null ? value : range.Max == int.MaxValue ? $"{value}, at least {range.Min:R}" : $"{value}, {range}";
    }

    private static string Describe(ValueShape shape) => shape switch
    {
        WordShape word => string.Join(" or ", [Describe(word.Inner), .. word.Words.Select(w => $"`{w.Text}`")]),
        ListShape list => $"a list, each item {Describe(list.Item)}",
        MapShape map => $"a map, each value {Describe(map.Item)}",
        RecordShape => "a section",
        _ => shape.Expected,
    };

    private static string Default(OptionKey key)
    {
        if (key.IsRequired)
        {
            return "**required**";
        }

        if (key.Default is null && key.Shape is not WordShape)
        {
            return "";
        }

        string? text = key.Shape.Inline(key.Default) ?? (key.Shape is OneOfShape choice ? choice.NameOf(key.Default!) : null);
        return text is null ? "its defaults" : $"`{text}`";
    }

    private static string ShortForm(RecordShape record) => record.Primary is { } primary ? $"Short form: the value of `{primary.Key.Name}`.\n" : "";

    private static string Sentence(string doc) => char.ToUpperInvariant(doc[0]) + doc[1..] + ".";
}
