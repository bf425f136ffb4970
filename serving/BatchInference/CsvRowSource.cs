using System.Numerics;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>A text table whose columns fill a model's inputs, as the model's signature says.</summary>
internal sealed class CsvRowSource : IRowSource
{
    private readonly CsvReader _reader;
    private readonly CsvColumns _columns;
    private readonly IReadOnlyList<ValueInfo> _inputs;
    private readonly int[][] _fields;
    private readonly string[] _names;
    private long _firstLine;

    public CsvRowSource(string path, IReadOnlyList<ValueInfo> inputs, ModelSignature? signature)
    {
        _inputs = inputs;
        SignatureTable? table = signature?.Table;
        CsvFormat format = table?.Format ?? new CsvFormat();
        string[][] wanted = [.. inputs.Select(i => signature?.Inputs.FirstOrDefault(s => s.Name == i.Name)?.Columns.ToArray() ?? [i.Name])];
        CsvColumn[] columns = format.Header ? Named(wanted) : Positioned(path, format, table!, wanted);
        _names = [.. columns.Select(c => c.Name)];
        _fields = [.. wanted.Select(w => w.Select(name => Array.IndexOf(_names, name)).ToArray())];
        _reader = new CsvReader(path, format);
        try
        {
            _columns = new CsvColumns(_reader, columns, table?.Missing ?? [], othersAllowed: true);
        }
        catch
        {
            _reader.Dispose();
            throw;
        }

        Ignored = [.. (_reader.Header ?? []).Where(name => !_names.Contains(name) && table?.IsForTrainingOnly(name) != true)];
    }

    public long? Rows => null;

    public IReadOnlyList<string> Ignored { get; }

    public Tensor[]? Read(int count)
    {
        while (_columns.Rows < count && _columns.Read())
        {
            _firstLine = _columns.Rows == 1 ? _reader.Line : _firstLine;
        }

        int rows = _columns.Rows;
        if (rows == 0)
        {
            return null;
        }

        Tensor?[] columns = _columns.Take();
        return [.. _inputs.Select((input, i) => Join(input, [.. _fields[i].Select(f => columns[f]!)], [.. _fields[i].Select(f => _names[f])], rows))];
    }

    public void Dispose() => _reader.Dispose();

    private CsvColumn[] Named(string[][] wanted) =>
        [.. wanted.SelectMany((names, i) => names.Select(name => new CsvColumn(name, KindOf(_inputs[i])))).DistinctBy(c => c.Name)];

    // A table without a header line has its columns in the order of the training table, with or without what is for training only.
    private CsvColumn[] Positioned(string path, CsvFormat format, SignatureTable table, string[][] wanted)
    {
        int found;
        using (var peek = new CsvReader(path, format))
        {
            found = peek.Read() ? peek.FieldCount : table.Columns.Length;
        }

        CsvColumn[] columns = [.. table.Columns.Where(c => found == table.Columns.Length || !table.IsForTrainingOnly(c.Name))];
        if (found != columns.Length)
        {
            throw AnnealException.BadData($"{path}:1: {found} fields, expected {table.Columns.Length}: {string.Join(", ", table.Columns.Select(c => c.Name))}");
        }

        CsvColumn[] read = Named(wanted);
        if (read.FirstOrDefault(r => columns.All(c => c.Name != r.Name)) is { } lost)
        {
            throw AnnealException.BadData($"the model's signature has no column '{lost.Name}'");
        }

        return [.. columns.Select(c => read.FirstOrDefault(r => r.Name == c.Name) ?? c with { Kind = ColumnKind.Ignore })];
    }

    private static ColumnKind KindOf(ValueInfo input) => input.Type.Type == DType.String ? ColumnKind.Category : ColumnKind.Number;

    // Columns side by side, in the element type and rank of the input.
    private Tensor Join(ValueInfo input, Tensor[] columns, string[] names, int rows)
    {
        int[] shape = input.Type.Shape is { Rank: 1 } ? [rows] : [rows, columns.Length];
        if (input.Type.Shape is { } expected && (expected.Rank != shape.Length || (expected.Rank == 2 && expected[1] is { IsKnown: true } width && width.Size != columns.Length)))
        {
            throw AnnealException.BadData($"{columns.Length} columns do not fill input '{input}'");
        }

        if (input.Type.Type == DType.String)
        {
            string[] texts = new string[rows * columns.Length];
            for (int i = 0; i < texts.Length; i++)
            {
                texts[i] = columns[i % columns.Length].Strings[i / columns.Length];
            }

            return Tensor.OfStrings(shape, texts);
        }

        Tensor joined = Tensor.Zeros(input.Type.Type, shape);
        switch (input.Type.Type)
        {
            case DType.Float:
                Fill(joined.Span<float>(), columns, names);
                break;
            case DType.Double:
                Fill(joined.Span<double>(), columns, names);
                break;
            case DType.Int64:
                Fill(joined.Span<long>(), columns, names);
                break;
            case DType.Int32:
                Fill(joined.Span<int>(), columns, names);
                break;
            case DType.UInt8:
                Fill(joined.Span<byte>(), columns, names);
                break;
            default:
                throw AnnealException.BadData($"a table's columns cannot fill input '{input}'");
        }

        return joined;
    }

    private void Fill<T>(Span<T> destination, Tensor[] columns, string[] names)
        where T : unmanaged, INumber<T>
    {
        for (int c = 0; c < columns.Length; c++)
        {
            ReadOnlySpan<float> source = columns[c].Span<float>();
            for (int row = 0; row < source.Length; row++)
            {
                float value = source[row];
                T converted = T.CreateSaturating(value);
                if (!float.IsNaN(value) ? float.CreateSaturating(converted) != value : !T.IsNaN(converted))
                {
                    string text = float.IsNaN(value) ? "a missing value" : FormattableString.Invariant($"{value}");
                    throw AnnealException.BadData($"{_reader.Path}: column '{names[c]}': {text} in the rows from line {_firstLine} on does not fit {typeof(T).Name}");
                }

                destination[(row * columns.Length) + c] = converted;
            }
        }
    }
}
