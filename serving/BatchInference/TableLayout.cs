using System.Runtime.CompilerServices;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Which columns of a table fill which elements of a model's inputs, as its signature says.</summary>
internal sealed class TableLayout
{
    private readonly IReadOnlyList<ValueInfo> _inputs;
    private readonly IReadOnlyDictionary<string, TextCodes>? _codes;
    private readonly int[][] _rows;
    private readonly TextIndex?[] _indices;
    private readonly MissingMarkers _missing;

    /// <summary>Works the layout out.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="signature">Its signature, if it has one.</param>
    /// <param name="codes">What becomes of the texts of some inputs before the model gets them; null for none.</param>
    /// <param name="listsAllowed">Whether a value may be a list that fills a whole row of an input.</param>
    /// <exception cref="AnnealException">An input cannot be filled from columns.</exception>
    public TableLayout(IReadOnlyList<ValueInfo> inputs, ModelSignature? signature, IReadOnlyDictionary<string, TextCodes>? codes, bool listsAllowed)
    {
        _inputs = inputs;
        _codes = codes;
        Table = signature?.Table;
        _indices = [.. inputs.Select(i => codes?.GetValueOrDefault(i.Name) is { } table ? new TextIndex(table.Keys) : null)];
        _missing = new MissingMarkers(Table?.Missing ?? []);
        _rows = new int[inputs.Count][];
        var places = new Dictionary<(string Name, int Width), List<(int Input, int Element)>>();
        for (int i = 0; i < inputs.Count; i++)
        {
            string[] names = [.. signature?.Inputs.FirstOrDefault(s => s.Name == inputs[i].Name)?.Columns ?? [inputs[i].Name]];
            (_rows[i], int width) = RowOf(inputs[i], names.Length, listsAllowed);
            for (int c = 0; c < names.Length; c++)
            {
                if (!places.TryGetValue((names[c], width), out List<(int Input, int Element)>? known))
                {
                    places.Add((names[c], width), known = []);
                }

                known.Add((i, c));
            }
        }

        int offset = 0;
        Columns = [.. places.Select(p => new TableColumn(p.Key.Name, p.Key.Width, (offset += p.Key.Width) - p.Key.Width, p.Value))];
        CellCount = offset;
    }

    /// <summary>The columns that the model reads.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>The number of values that the model reads of a row.</summary>
    public int CellCount { get; }

    /// <summary>The table that the model was trained on, if it was one.</summary>
    public SignatureTable? Table { get; }

    /// <summary>Memory for some rows of all inputs.</summary>
    public FeedInput[] Allocate() =>
        [.. _inputs.Select((input, i) => _indices[i] is { } index ? FeedInput.Of(_codes![input.Name].Codes, index, _rows[i]) : FeedInput.Of(input, _rows[i]))];

    /// <summary>Whether a column fills inputs of text only.</summary>
    public bool IsText(TableColumn column) => column.Places.All(p => _inputs[p.Input].Type.Type == DType.String);

    /// <summary>Whether a text stands for a missing value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsMissing(ReadOnlySpan<byte> text) => _missing.Contains(text);

    /// <summary>Columns of a file that nobody asked for: neither read, nor for training only.</summary>
    public IReadOnlyList<string> Unread(IEnumerable<string> names) =>
        [.. names.Where(name => Columns.All(c => c.Name != name) && Table?.IsForTrainingOnly(name) != true)];

    /// <summary>An error that names every column that a file lacks; null where it has all.</summary>
    public AnnealException? Lacking(string path, IReadOnlyList<string> names)
    {
        string[] lacking = [.. Columns.Select(c => c.Name).Except(names)];
        return lacking.Length == 0 ? null : AnnealException.BadData(
            $"{path}: no column{(lacking.Length > 1 ? "s" : "")} {string.Join(", ", lacking.Select(n => $"'{n}'"))}",
            $"the {(names.Count == 0 ? "file names none" : $"header names {string.Join(", ", names)}")}");
    }

    // Columns side by side in a row of the input; or one column of lists that has all of a row.
    private static (int[] Row, int Width) RowOf(ValueInfo input, int columns, bool listsAllowed)
    {
        if (input.Type.Shape is not { } shape)
        {
            return ([columns], 1);
        }

        Dim[] row = [.. shape.Dims.Skip(1)];
        bool isKnown = row.All(d => d.IsKnown);
        long elements = isKnown ? row.Aggregate(1L, (n, d) => n * d.Size) : -1;
        return shape.Rank switch
        {
            1 when columns == 1 => ([], 1),
            2 when !isKnown || elements == columns => ([columns], 1),
            > 1 when listsAllowed && isKnown && columns == 1 => ([.. row.Select(d => d.Size)], checked((int)elements)),
            _ => throw AnnealException.BadData($"{columns} columns do not fill input '{input}'"),
        };
    }
}
