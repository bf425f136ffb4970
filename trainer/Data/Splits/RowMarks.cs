using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data.Splits;

/// <summary>Reads each row's group, time or part from an array.</summary>
public static class RowMarks
{
    /// <summary>Reads a <c>.npy</c> file of one number a row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The number of rows there must be.</param>
    /// <returns>[rows] the numbers as text.</returns>
    /// <exception cref="AnnealException">The file is damaged, holds no single number a row, or has another number of rows.</exception>
    public static IReadOnlyList<string> Read(string path, int rows)
    {
        Tensor marks = NpyReader.Read(path);
        if (marks.Rank == 0 || marks.Length != marks.Shape[0])
        {
            throw AnnealException.BadData($"{path}: {marks}, expected one number a row");
        }

        return marks.Length == rows
            ? TextOf(marks)
            : throw AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"{path}: {marks.Length} rows, but {rows} rows of data"));
    }

    private static string[] TextOf(Tensor marks) => marks.Type switch
    {
        DType.UInt8 or DType.Bool => Text(marks.Bytes),
        DType.Int8 => Text<sbyte>(marks.Span<sbyte>()),
        DType.Int16 => Text<short>(marks.Span<short>()),
        DType.UInt16 => Text<ushort>(marks.Span<ushort>()),
        DType.Int32 => Text<int>(marks.Span<int>()),
        DType.UInt32 => Text<uint>(marks.Span<uint>()),
        DType.Int64 => Text<long>(marks.Span<long>()),
        DType.UInt64 => Text<ulong>(marks.Span<ulong>()),
        DType.Float => Text<float>(marks.Span<float>()),
        DType.Double => Text<double>(marks.Span<double>()),
        DType.Float16 => Text<Half>(marks.Span<Half>()),
        _ => throw new NotSupportedException($"no text of {marks.Type}"),
    };

    private static string[] Text<T>(ReadOnlySpan<T> values)
        where T : IFormattable
    {
        string[] texts = new string[values.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = values[i].ToString(null, CultureInfo.InvariantCulture);
        }

        return texts;
    }
}
