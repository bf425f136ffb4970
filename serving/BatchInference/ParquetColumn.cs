using System.Globalization;
using System.Numerics;
using System.Text;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;
using Parquet;
using Parquet.Schema;

namespace Anneal.Serving.BatchInference;

/// <summary>A column of a Parquet file's row group in memory.</summary>
internal abstract class ParquetColumn
{
    // What the library calls text in a schema that it reads.
    private static readonly Type s_text = typeof(ReadOnlyMemory<char>);

    private ParquetColumn()
    {
    }

    /// <summary>A type as errors name it.</summary>
    public static string NameOf(Type type) => type == s_text ? "text" : type.Name;

    /// <summary>Whether columns of a type hold numbers or truth values; null where they hold neither these nor text.</summary>
    public static bool? HoldsNumbers(Type type) =>
        type == s_text ? false
        : type == typeof(bool) || type == typeof(float) || type == typeof(double) || type == typeof(decimal) || type == typeof(long) || type == typeof(ulong)
            || type == typeof(int) || type == typeof(uint) || type == typeof(short) || type == typeof(ushort) || type == typeof(sbyte) || type == typeof(byte) ? true
        : null;

    /// <summary>Reads a column of a row group.</summary>
    public static ParquetColumn Read(ParquetRowGroupReader group, DataField field, int rows) =>
        field.ClrType == s_text ? new Texts(group, field, rows)
        : field.ClrType == typeof(float) ? new Numbers<float>(group, field, rows)
        : field.ClrType == typeof(double) ? new Numbers<double>(group, field, rows)
        : field.ClrType == typeof(decimal) ? new Numbers<decimal>(group, field, rows)
        : field.ClrType == typeof(long) ? new Numbers<long>(group, field, rows)
        : field.ClrType == typeof(ulong) ? new Numbers<ulong>(group, field, rows)
        : field.ClrType == typeof(int) ? new Numbers<int>(group, field, rows)
        : field.ClrType == typeof(uint) ? new Numbers<uint>(group, field, rows)
        : field.ClrType == typeof(short) ? new Numbers<short>(group, field, rows)
        : field.ClrType == typeof(ushort) ? new Numbers<ushort>(group, field, rows)
        : field.ClrType == typeof(sbyte) ? new Numbers<sbyte>(group, field, rows)
        : field.ClrType == typeof(byte) ? new Numbers<byte>(group, field, rows)
        : new Truths(group, field, rows);

    /// <summary>Sets a value in the feeds.</summary>
    /// <returns>Null; or what is wrong with the value.</returns>
    public abstract string? Set(FeedInput input, int row, int element, int from, TextBlock text, Func<ReadOnlySpan<byte>, bool> isMissing);

    private static T?[] ReadValues<T>(ParquetRowGroupReader group, DataField field, int rows)
        where T : struct
    {
        var values = new T?[rows];
        if (field.IsNullable)
        {
            group.ReadAsync<T>(field, values.AsMemory()).AsTask().GetAwaiter().GetResult();
            return values;
        }

        var present = new T[rows];
        group.ReadAsync<T>(field, present.AsMemory()).AsTask().GetAwaiter().GetResult();
        for (int i = 0; i < rows; i++)
        {
            values[i] = present[i];
        }

        return values;
    }

    private static string? SetText(FeedInput input, int row, int element, ReadOnlySpan<byte> value, CellKind kind, TextBlock text, Func<ReadOnlySpan<byte>, bool> isMissing)
    {
        Cell cell = isMissing(value) ? default : new Cell(kind, new TextSpan(text.Append(value), value.Length));
        return input.Set(row, element, cell, text.Bytes);
    }

    private sealed class Numbers<T>(ParquetRowGroupReader group, DataField field, int rows) : ParquetColumn
        where T : unmanaged, INumber<T>
    {
        private readonly T?[] _values = ReadValues<T>(group, field, rows);

        public override string? Set(FeedInput input, int row, int element, int from, TextBlock text, Func<ReadOnlySpan<byte>, bool> isMissing)
        {
            if (_values[from] is not { } value)
            {
                return input.Set(row, element, default, text.Bytes);
            }

            if (!input.IsText)
            {
                return input.SetNumber(row, element, value);
            }

            Span<byte> written = stackalloc byte[64];
            value.TryFormat(written, out int length, "", CultureInfo.InvariantCulture);
            return SetText(input, row, element, written[..length], CellKind.Untyped, text, isMissing);
        }
    }

    private sealed class Truths(ParquetRowGroupReader group, DataField field, int rows) : ParquetColumn
    {
        private readonly bool?[] _values = ReadValues<bool>(group, field, rows);

        public override string? Set(FeedInput input, int row, int element, int from, TextBlock text, Func<ReadOnlySpan<byte>, bool> isMissing) =>
            _values[from] is not { } value ? input.Set(row, element, default, text.Bytes)
            : input.IsText ? SetText(input, row, element, value ? "true"u8 : "false"u8, CellKind.Text, text, isMissing)
            : input.SetNumber(row, element, value ? 1 : 0);
    }

    private sealed class Texts : ParquetColumn
    {
        private readonly string?[] _values;

        public Texts(ParquetRowGroupReader group, DataField field, int rows)
        {
            _values = new string?[rows];
            group.ReadAsync(field, _values.AsMemory()!).AsTask().GetAwaiter().GetResult();
        }

        public override string? Set(FeedInput input, int row, int element, int from, TextBlock text, Func<ReadOnlySpan<byte>, bool> isMissing)
        {
            string value = _values[from] ?? "";
            Span<byte> utf8 = value.Length <= 80 ? stackalloc byte[240] : new byte[3 * value.Length];
            return SetText(input, row, element, utf8[..Encoding.UTF8.GetBytes(value, utf8)], CellKind.Text, text, isMissing);
        }
    }
}
