using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>An input of a model, filled in memory that is used again for the next rows.</summary>
internal abstract class FeedInput
{
    private const string NotUtf8 = "the text is not UTF-8";
    private const string NoNumbers = "an input of text takes no numbers";
    private readonly int[] _row;

    private FeedInput(int[] row)
    {
        _row = row;
        Width = Tensor.LengthOf(row);
    }

    /// <summary>The number of elements in a row.</summary>
    public int Width { get; }

    /// <summary>Whether it takes text; else it takes numbers.</summary>
    public abstract bool IsText { get; }

    /// <summary>Memory for an input of rows of a shape.</summary>
    /// <exception cref="AnnealException">Values cannot fill its element type.</exception>
    public static FeedInput Of(ValueInfo input, int[] row) => input.Type.Type switch
    {
        DType.String => new Texts(row),
        DType.Float => new Numbers<float>(row),
        DType.Double => new Numbers<double>(row),
        DType.Int64 => new Numbers<long>(row),
        DType.Int32 => new Numbers<int>(row),
        DType.UInt8 => new Numbers<byte>(row),
        _ => throw AnnealException.BadData($"a table's columns cannot fill input '{input}'"),
    };

    /// <summary>Memory for an input of rows of a shape, of which each text becomes a code.</summary>
    /// <param name="codes">What the text at each place of a list becomes, and last what any other does.</param>
    /// <param name="index">The list.</param>
    /// <param name="row">The shape of a row.</param>
    public static FeedInput Of(Tensor codes, TextIndex index, int[] row) => codes.Type == DType.Int64 ? new Codes<long>(codes, index, row) : new Codes<float>(codes, index, row);

    /// <summary>Makes room.</summary>
    public abstract void Reserve(int rows);

    /// <summary>Sets elements, up to the first whose value is wrong.</summary>
    /// <param name="first">The first element, counted from that of the first row.</param>
    /// <param name="stride">From one to the next.</param>
    /// <param name="cells">Their values.</param>
    /// <param name="wrong">Null; or what is wrong with the value after those set.</param>
    /// <returns>The number of elements set.</returns>
    public abstract int Set(int first, int stride, Cells cells, out string? wrong);

    /// <summary>Sets an element.</summary>
    /// <returns>Null; or what is wrong with the value.</returns>
    public string? Set(int row, int element, Cell cell, byte[] text)
    {
        Set((row * Width) + element, Width, new Cells(new ReadOnlySpan<Cell>(in cell), 1, text), out string? wrong);
        return wrong;
    }

    /// <summary>Sets an element of an input that takes numbers.</summary>
    /// <returns>Null; or what is wrong with the value.</returns>
    public abstract string? SetNumber<TValue>(int row, int element, TValue value)
        where TValue : INumber<TValue>;

    /// <summary>The rows, over the memory in which they were set.</summary>
    public abstract Tensor Take(int rows, byte[] text);

    // Values that lie in the tensor that the model gets.
    private abstract class Elements<T>(int[] row) : FeedInput(row)
        where T : unmanaged
    {
        private Tensor _values = Tensor.Zeros(DTypes.Of<T>(), [0, .. row]);

        protected DType Type => _values.Type;

        public override void Reserve(int rows) => _values = rows > _values.Shape[0] ? Tensor.Zeros(_values.Type, [rows, .. _row]) : _values;

        public override Tensor Take(int rows, byte[] text) => rows == _values.Shape[0] ? _values : _values.Rows(0, rows);

        protected Span<T> From(int first) => _values.Span<T>()[first..];
    }

    private sealed class Numbers<T>(int[] row) : Elements<T>(row)
        where T : unmanaged, INumber<T>
    {
        public override bool IsText => false;

        private static bool IsFloating => typeof(T) == typeof(float) || typeof(T) == typeof(double);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override int Set(int first, int stride, Cells cells, out string? wrong)
        {
            Span<T> to = From(first);
            for (int i = 0; i < cells.Count; i++)
            {
                Cell cell = cells[i];
                ReadOnlySpan<byte> text = cells.Text.AsSpan(cell.Text.Start, cell.Text.Length);
                if (cell.Kind is CellKind.Untyped or CellKind.Number && TryWhole(text, out int whole))
                {
                    to[i * stride] = T.CreateTruncating(whole);
                }
                else if ((wrong = Read(cell.Kind, text, out to[i * stride])) is not null)
                {
                    return i;
                }
            }

            wrong = null;
            return cells.Count;
        }

        // Any value that is not written as a small whole number.
        private string? Read(CellKind kind, ReadOnlySpan<byte> text, out T value)
        {
            if (kind == CellKind.Missing)
            {
                value = T.CreateSaturating(float.NaN);
                return T.IsNaN(value) ? null : $"a missing value does not fit {typeof(T).Name}";
            }

            value = default;
            return kind != CellKind.Text && T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value!) && T.IsFinite(value)
                ? null
                : $"{CsvFields.Quote(text)} is not a number that {Type.Name()} holds";
        }

        // What a byte and, without rounding, a float holds.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static bool TryWhole(ReadOnlySpan<byte> text, out int value)
        {
            value = 0;
            if (text.IsEmpty || text.Length > (typeof(T) == typeof(byte) ? 2 : 7))
            {
                return false;
            }

            foreach (byte c in text)
            {
                if (c is < (byte)'0' or > (byte)'9')
                {
                    return false;
                }

                value = (10 * value) + c - '0';
            }

            return true;
        }

        public override string? SetNumber<TValue>(int row, int element, TValue value)
        {
            T converted = T.CreateSaturating(value);
            bool fits = TValue.IsNaN(value) ? T.IsNaN(converted) : T.IsFinite(converted) && (IsFloating || TValue.CreateSaturating(converted) == value);
            From((row * Width) + element)[0] = converted;
            return fits ? null : FormattableString.Invariant($"{value} is not a number that {Type.Name()} holds");
        }
    }

    private sealed class Texts(int[] row) : FeedInput(row)
    {
        private TextSpan[] _values = [];

        public override bool IsText => true;

        public override void Reserve(int rows)
        {
            if (rows * Width > _values.Length)
            {
                _values = new TextSpan[rows * Width];
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override int Set(int first, int stride, Cells cells, out string? wrong)
        {
            Span<TextSpan> to = _values.AsSpan(first);
            for (int i = 0; i < cells.Count; i++)
            {
                Cell cell = cells[i];
                to[i * stride] = cell.Kind == CellKind.Missing ? default : cell.Text;
                if (cell.Kind != CellKind.Missing && !Utf8.IsValid(cells.Text.AsSpan(cell.Text.Start, cell.Text.Length)))
                {
                    wrong = NotUtf8;
                    return i;
                }
            }

            wrong = null;
            return cells.Count;
        }

        public override string? SetNumber<TValue>(int row, int element, TValue value) => throw new InvalidOperationException(NoNumbers);

        public override Tensor Take(int rows, byte[] text) => Tensor.OfUtf8([rows, .. _row], text, _values.AsMemory(0, rows * Width));
    }

    // What the model's own table would make of each text.
    private sealed class Codes<T>(Tensor codes, TextIndex index, int[] row) : Elements<T>(row)
        where T : unmanaged
    {
        public override bool IsText => true;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override int Set(int first, int stride, Cells cells, out string? wrong)
        {
            Span<T> to = From(first);
            ReadOnlySpan<T> table = codes.Span<T>();
            for (int i = 0; i < cells.Count; i++)
            {
                Cell cell = cells[i];
                TextSpan text = cell.Kind == CellKind.Missing ? default : cell.Text;
                int place = index.Find(cells.Text, text);
                if (place < 0 && !Utf8.IsValid(cells.Text.AsSpan(text.Start, text.Length)))
                {
                    wrong = NotUtf8;
                    return i;
                }

                to[i * stride] = table[place >= 0 ? place : table.Length - 1];
            }

            wrong = null;
            return cells.Count;
        }

        public override string? SetNumber<TValue>(int row, int element, TValue value) => throw new InvalidOperationException(NoNumbers);
    }
}
