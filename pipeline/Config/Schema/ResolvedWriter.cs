using System.Text;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>Writes options with every default filled in, as YAML and as one row for each value.</summary>
internal sealed class ResolvedWriter(BindContext context)
{
    private bool _affectsResult = true;
    private string? _file;
    private bool _mayBeFolder;

    public StringBuilder Text { get; } = new();

    public List<ExplainRow> Rows { get; } = [];

    public void Entry(OptionKey key, object? value, string path, int indent)
    {
        bool outer = _affectsResult;
        _affectsResult &= key.Key.AffectsResult;
        _file = key.Key.IsFile ? value as string : null;
        _mayBeFolder = key.Key.MayBeFolder;
        if (value is null && key.Shape is not WordShape)
        {
            Row(path, "~", key.Key.Doc);
        }
        else
        {
            Entry(key.Key.Name, key.Shape, value, path, key.Key.Doc, indent);
        }

        _affectsResult = outer;
    }

    public void Entry(string name, ValueShape shape, object? value, string path, string doc, int indent)
    {
        Text.Append(' ', indent).Append(name).Append(':');
        if (shape.Inline(value) is string text)
        {
            Text.Append(' ').Append(text).Append('\n');
            Row(path, text, doc);
        }
        else
        {
            Text.Append('\n');
            shape.WriteBlock(value!, path, doc, indent + 2, this);
        }
    }

    public void Row(string path, string value, string doc)
    {
        Origin origin = context.Origins.TryGetValue(path, out (Origin Key, Origin Value) found) ? found.Value : Origin.Default;
        Rows.Add(new ExplainRow(path, value, origin, doc, _affectsResult, _file, _mayBeFolder));
    }
}
