using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Anneal.Pipeline.Config.Yaml;

/// <summary>Reads one YAML document into nodes, refusing what would cost unbounded time, memory or stack.</summary>
internal sealed class YamlReader
{
    public const int MaxBytes = 1 << 20;
    public const int MaxDepth = 64;
    public const int MaxNodes = 50_000;

    private readonly string _file;
    private readonly List<Diagnostic> _diagnostics;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly Stack<Frame> _open = new();
    private long _nodes;
    private YamlNode? _root;

    private YamlReader(string file, List<Diagnostic> diagnostics)
    {
        _file = file;
        _diagnostics = diagnostics;
    }

    /// <summary>The document's root, or null when the text is no YAML that can be used (then a diagnostic says why).</summary>
    public static YamlNode? Read(string text, string file, List<Diagnostic> diagnostics)
    {
        var reader = new YamlReader(file, diagnostics);
        try
        {
            return reader.Read(new Parser(new Scanner(new StringReader(text))));
        }
        catch (YamlException e)
        {
            string message = e.Message.Contains('\n', StringComparison.Ordinal) ? e.Message[..e.Message.IndexOf('\n', StringComparison.Ordinal)] : e.Message;
            return reader.Fail(FindTab(text, e) ?? e.Start, "not valid YAML: " + message.TrimEnd('.'));
        }
    }

    /// <summary>The parser blames the map around an indentation by tab; its line helps more.</summary>
    private static Mark? FindTab(string text, YamlException e)
    {
        string[] lines = text.Split('\n');
        for (long line = e.Start.Line; e.Message.Contains("tab", StringComparison.Ordinal) && line <= lines.Length; line++)
        {
            string content = lines[line - 1];
            int column = content.IndexOf('\t', StringComparison.Ordinal);
            if (column >= 0 && string.IsNullOrWhiteSpace(content[..column]))
            {
                return new Mark(0, line, column + 1);
            }
        }

        return null;
    }

    private YamlNode? Read(Parser parser)
    {
        int documents = 0;
        while (Advance(parser))
        {
            switch (parser.Current)
            {
                case DocumentStart start when ++documents > 1:
                    return Fail(start.Start, "more than one document; a file holds one");
                case Scalar scalar when CheckNode(scalar):
                    Add(new YamlScalar(At(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain), scalar.Anchor);
                    break;
                case MappingStart or SequenceStart when CheckNode((NodeEvent)parser.Current):
                    _open.Push(new Frame((NodeEvent)parser.Current));
                    break;
                case MappingEnd or SequenceEnd:
                    Frame frame = _open.Pop();
                    Add(frame.Close(At(frame.Start.Start)), frame.Start.Anchor);
                    break;
                case AnchorAlias alias when CheckAlias(alias):
                    Add(_anchors[alias.Value.Value], AnchorName.Empty);
                    break;
                case NodeEvent or AnchorAlias:
                    return null;
            }
        }

        return _root ?? Fail(Mark.Empty, "the file is empty");
    }

    /// <summary>YamlDotNet meets some errors, such as a flow map without its end, with exceptions that name no place.</summary>
    private bool Advance(Parser parser)
    {
        Mark before = parser.Current?.End ?? Mark.Empty;
        try
        {
            return parser.MoveNext();
        }
        catch (Exception e) when (e is not YamlException)
        {
            NodeEvent? flow = _open.Select(f => f.Start).FirstOrDefault(s => s is MappingStart { Style: MappingStyle.Flow } or SequenceStart { Style: SequenceStyle.Flow });
            throw flow is null
                ? new SyntaxErrorException(before, before, "what follows cannot be read")
                : new SyntaxErrorException(flow.Start, flow.Start, $"the {(flow is MappingStart ? "map" : "list")} that starts here has no end");
        }
    }

    private bool CheckNode(NodeEvent node)
    {
        string? problem =
            !node.Tag.IsEmpty && !node.Tag.IsNonSpecific ? $"tag '{node.Tag.Value}' is not accepted; tags have no meaning here"
            : _open.Count >= MaxDepth && node is not Scalar ? $"more than {MaxDepth} levels of nesting"
            : ++_nodes > MaxNodes ? $"more than {MaxNodes} values"
            : node is not Scalar && _open.TryPeek(out Frame? frame) && frame.ExpectsKey ? "a key must be plain text"
            : null;
        return problem is null || Fail(node.Start, problem) is not null;
    }

    private bool CheckAlias(AnchorAlias alias)
    {
        string name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out YamlNode? target))
        {
            bool inside = _open.Any(f => f.Start.Anchor.Equals(alias.Value));
            return Fail(alias.Start, inside ? $"alias '*{name}' stands inside its own anchor" : $"alias '*{name}' has no anchor before it") is not null;
        }

        _nodes += target.Size;
        string? problem = _nodes > MaxNodes ? $"alias '*{name}' expands the file to more than {MaxNodes} values"
            : _open.Count + target.Height > MaxDepth ? $"alias '*{name}' expands to more than {MaxDepth} levels of nesting"
            : target is not YamlScalar && _open.TryPeek(out Frame? frame) && frame.ExpectsKey ? "a key must be plain text"
            : null;
        return problem is null || Fail(alias.Start, problem) is not null;
    }

    private void Add(YamlNode node, AnchorName anchor)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }

        if (!_open.TryPeek(out Frame? frame))
        {
            _root = node;
        }
        else if (frame.Add(node) is int firstLine)
        {
            string path = string.Join('.', _open.Reverse().Select(f => f.Position));
            string first = firstLine > 0 ? $" at line {firstLine}" : "";
            _diagnostics.Add(new Diagnostic(_file, node.Origin.Line, node.Origin.Column, path, $"duplicate key; already given{first}"));
        }
    }

    private YamlNode? Fail(in Mark mark, string message)
    {
        Origin at = At(mark);
        _diagnostics.Add(new Diagnostic(_file, at.Line, at.Column, "", message));
        return null;
    }

    private Origin At(in Mark mark) => _file == Origin.Set.File ? Origin.Set : new(_file, (int)mark.Line, (int)mark.Column);

    /// <summary>A map or list whose end has not been read yet.</summary>
    private sealed class Frame(NodeEvent start)
    {
        private readonly List<YamlNode> _items = [];
        private readonly List<YamlEntry> _entries = [];
        private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
        private YamlScalar? _key;
        private bool _isDuplicate;

        public NodeEvent Start { get; } = start;

        public bool ExpectsKey => Start is MappingStart && _key is null;

        public string Position => Start is MappingStart ? _key?.Text ?? "" : _items.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);

        /// <summary>Returns the line of the first use when the node is a key given before.</summary>
        public int? Add(YamlNode node)
        {
            if (Start is not MappingStart)
            {
                _items.Add(node);
                return null;
            }

            if (_key is null)
            {
                _key = (YamlScalar)node;
                _isDuplicate = !_lines.TryAdd(_key.Text, _key.Origin.Line);
                return _isDuplicate ? _lines[_key.Text] : null;
            }

            if (!_isDuplicate)
            {
                _entries.Add(new YamlEntry(_key.Text, _key.Origin, node));
            }

            _key = null;
            return null;
        }

        public YamlNode Close(Origin origin) => Start is MappingStart ? new YamlMap(origin, _entries) : new YamlList(origin, _items);
    }
}
