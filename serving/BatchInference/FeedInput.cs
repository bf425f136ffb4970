using System.Globalization;
using System.Numerics;
using System.Text.Unicode;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>An input of a model, filled value by value in memory that is used again for the next rows.</summary>
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
    protected int Width { get; }

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
    public static FeedInput Of(TextCodes codes, int[] row) => codes.Codes.Type == DType.Int64 ? new Codes<long>(codes, row) : new Codes<float>(codes, row);

    /// <summary>Makes room.</summary>
    public abstract void Reserve(int rows);

    /// <summary>Sets an element.</summary>
    /// <returns>Null; or what is wrong with the value.</returns>
    public abstract string? Set(int row, int element, Cell cell, byte[] text);

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

        protected void Put(int row, int element, T value) => _values.Span<T>()[(row * Width) + element] = value;
    }

    private sealed class Numbers<T>(int[] row) : Elements<T>(row)
        where T : unmanaged, INumber<T>
    {
        public override bool IsText => false;

        private static bool IsFloating => typeof(T) == typeof(float) || typeof(T) == typeof(double);

        public override string? Set(int row, int element, Cell cell, byte[] text)
        {
            T value;
            if (cell.Kind is CellKind.Untyped or CellKind.Number && TryWhole(text.AsSpan(cell.Text.Start, cell.Text.Length), out int whole))
            {
                value = T.CreateTruncating(whole);
            }
            else if (cell.Kind == CellKind.Missing)
            {
                value = T.CreateSaturating(float.NaN);
                if (!T.IsNaN(value))
                {
                    return $"a missing value does not fit {typeof(T).Name}";
                }
            }
            else if (cell.Kind == CellKind.Text
                || !T.TryParse(text.AsSpan(cell.Text.Start, cell.Text.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out value!)
                || !T.IsFinite(value))
            {
                return $"{CsvFields.Quote(text.AsSpan(cell.Text.Start, cell.Text.Length))} is not a number that {Type.Name()} holds";
            }

            Put(row, element, value);
            return null;
        }

        // What a byte and, without rounding, a float holds.
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
            Put(row, element, converted);
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

        public override string? Set(int row, int element, Cell cell, byte[] text)
        {
            _values[(row * Width) + element] = cell.Kind == CellKind.Missing ? default : cell.Text;
            return cell.Kind == CellKind.Missing || Utf8.IsValid(text.AsSpan(cell.Text.Start, cell.Text.Length)) ? null : NotUtf8;
        }

        public override string? SetNumber<TValue>(int row, int element, TValue value) => throw new InvalidOperationException(NoNumbers);

        public override Tensor Take(int rows, byte[] text) => Tensor.OfUtf8([rows, .. _row], text, _values.AsMemory(0, rows * Width));
    }

    // What the model's own table would make of each text.
    private sealed class Codes<T>(TextCodes codes, int[] row) : Elements<T>(row)
        where T : unmanaged
    {
        private readonly TextIndex _index = new(codes.Keys);

        public override bool IsText => true;

        public override string? Set(int row, int element, Cell cell, byte[] text)
        {
            ReadOnlySpan<byte> given = cell.Kind == CellKind.Missing ? [] : text.AsSpan(cell.Text.Start, cell.Text.Length);
            int place = _index.Find(given);
            Put(row, element, codes.Codes.Span<T>()[place >= 0 ? place : codes.Keys.Count]);
            return place >= 0 || Utf8.IsValid(given) ? null : NotUtf8;
        }

        public override string? SetNumber<TValue>(int row, int element, TValue value) => throw new InvalidOperationException(NoNumbers);
    }
}
