using System.Globalization;
using System.Runtime.InteropServices;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>Gathers the rows of a text table into typed columns: the one way in which training and prediction read a file.</summary>
public sealed class CsvColumns
{
    private readonly CsvReader _reader;
    private readonly CsvColumn[] _columns;
    private readonly int[] _fields;
    private readonly MissingMarkers _missing;
    private readonly List<float>[] _numbers;
    private readonly List<string>[] _texts;
    private readonly HashSet<string>[] _vocabularies;
    private char[] _characters = new char[256];

    /// <summary>Prepares to read columns.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="columns">The columns wanted: found by name where the file has a header line, by position otherwise.</param>
    /// <param name="missing">Texts that stand for a missing value; an empty field always does.</param>
    /// <param name="othersAllowed">Whether the file may have columns that are not named; only with a header line.</param>
    /// <exception cref="AnnealException">A column is not in the file, or the file has one that is not named.</exception>
    public CsvColumns(CsvReader reader, IReadOnlyList<CsvColumn> columns, IReadOnlyCollection<string> missing, bool othersAllowed = false)
    {
        _reader = reader;
        _columns = [.. columns];
        _missing = new MissingMarkers(missing);
        _fields = reader.Header is { } header ? Find(header, othersAllowed) : [.. Enumerable.Range(0, columns.Count)];
        _numbers = [.. columns.Select(_ => new List<float>())];
        _texts = [.. columns.Select(_ => new List<string>())];
        _vocabularies = [.. columns.Select(_ => new HashSet<string>(StringComparer.Ordinal))];
    }

    /// <summary>The number of rows gathered.</summary>
    public int Rows { get; private set; }

    /// <summary>Reads one more row.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="AnnealException">The row is ragged, or a number is none or not finite in float32.</exception>
    public bool Read()
    {
        if (!_reader.Read())
        {
            return false;
        }

        if (_reader.Header is null && _reader.FieldCount != _columns.Length)
        {
            throw _reader.Error(_reader.Line, string.Create(CultureInfo.InvariantCulture, $"{_reader.FieldCount} fields, expected {_columns.Length}"));
        }

        for (int i = 0; i < _columns.Length; i++)
        {
            switch (_columns[i].Kind)
            {
                case ColumnKind.Number:
                    _numbers[i].Add(_missing.Contains(_reader[_fields[i]]) ? float.NaN : Number(i));
                    break;
                case ColumnKind.Category:
                    AddText(i);
                    break;
            }

            if (_columns[i].KeepsText && _columns[i].Kind != ColumnKind.Category)
            {
                AddText(i);
            }
        }

        Rows++;
        return true;
    }

    /// <summary>An error about a column of the current row.</summary>
    /// <param name="column">The column's index among those wanted.</param>
    /// <param name="text">What is wrong.</param>
    /// <param name="hint">What to do.</param>
    /// <returns>An error that names file, line and column.</returns>
    public AnnealException Error(int column, string text, string? hint = null) => _reader.Header is null
        ? _reader.Error(_reader.Line, string.Create(CultureInfo.InvariantCulture, $"column {_fields[column] + 1} '{_columns[column].Name}': {text}"), hint)
        : _reader.Error(_fields[column], text, hint);

    /// <summary>The texts gathered so far in a column of categories, or one that keeps its text.</summary>
    /// <param name="column">The column's index among those wanted.</param>
    /// <returns>[rows] the texts; empty where missing.</returns>
    public IReadOnlyList<string> Texts(int column) => [.. _texts[column]];

    /// <summary>The last text read in a column of categories, or one that keeps its text.</summary>
    /// <param name="column">The column's index among those wanted.</param>
    /// <returns>The text; empty where missing.</returns>
    public string LastText(int column) => _texts[column][^1];

    /// <summary>The last number read in a column of numbers.</summary>
    /// <param name="column">The column's index among those wanted.</param>
    /// <returns>The number; NaN where missing.</returns>
    public float LastNumber(int column) => _numbers[column][^1];

    /// <summary>Whether the field read last in a column was missing.</summary>
    /// <param name="column">The column's index among those wanted; not an ignored one.</param>
    /// <returns>True where it was.</returns>
    public bool IsLastMissing(int column) =>
        _columns[column].Kind == ColumnKind.Number ? float.IsNaN(_numbers[column][^1]) : _texts[column][^1].Length == 0;

    /// <summary>Hands out the rows gathered and starts anew.</summary>
    /// <returns>A tensor [rows, 1] of float or string per column; null for an ignored one.</returns>
    public Tensor?[] Take()
    {
        var tensors = new Tensor?[_columns.Length];
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = _columns[i].Kind switch
            {
                ColumnKind.Number => Tensor.Of<float>([Rows, 1], CollectionsMarshal.AsSpan(_numbers[i])),
                ColumnKind.Category => Tensor.OfStrings([Rows, 1], [.. _texts[i]]),
                _ => null,
            };
            _numbers[i].Clear();
            _texts[i].Clear();
        }

        Rows = 0;
        return tensors;
    }

    private int[] Find(IReadOnlyList<string> header, bool othersAllowed)
    {
        int[] fields = new int[_columns.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            string name = _columns[i].Name;
            fields[i] = Enumerable.Range(0, header.Count).FirstOrDefault(f => header[f] == name, -1);
            if (fields[i] < 0)
            {
                throw AnnealException.BadData($"{_reader.Path}: no column '{name}'", $"the header names {string.Join(", ", header)}");
            }
        }

        for (int f = 0; f < header.Count && !othersAllowed; f++)
        {
            if (Array.IndexOf(fields, f) < 0)
            {
                throw AnnealException.BadData($"{_reader.Path}: column '{header[f]}' is not described", "give it a type, or ignore");
            }
        }

        return fields;
    }

    private void AddText(int column) => _texts[column].Add(_missing.Contains(_reader[_fields[column]]) ? "" : Category(column));

    private float Number(int column)
    {
        int field = _fields[column];
        return float.TryParse(_reader[field], NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
            ? value
            : throw Error(column, $"{_reader.Quote(field)} is not a number that float32 holds", "list it among the missing markers, or make the column a category");
    }

    private string Category(int column)
    {
        int field = _fields[column];
        int bytes = _reader[field].Length;
        if (bytes > _characters.Length)
        {
            Array.Resize(ref _characters, 2 * bytes);
        }

        ReadOnlySpan<char> text = _characters.AsSpan(0, _reader.Text(field, _characters));
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> vocabulary = _vocabularies[column].GetAlternateLookup<ReadOnlySpan<char>>();
        if (!vocabulary.TryGetValue(text, out string? known))
        {
            known = text.ToString();
            _vocabularies[column].Add(known);
        }

        return known;
    }
}
