using System.Numerics;
using System.Runtime.InteropServices;
using Anneal.Onnx.Ir;

namespace Anneal.Serving.BatchInference;

/// <summary>How a row of an array file becomes one of an input.</summary>
/// <param name="Shape">The row as the input takes it.</param>
/// <param name="Transposed">Elements change their order as those of this matrix do when it is transposed; null where they keep it.</param>
internal sealed record ArrayRow(int[] Shape, (int Rows, int Columns)? Transposed)
{
    /// <summary>Finds the one way in which rows fit: as they are; without dimensions of size 1, or with others of them; with the channels first
    /// instead of last, or last instead of first; in one line, or out of it.</summary>
    /// <param name="found">The row's dimensions in the file.</param>
    /// <param name="wanted">Those of the input, known or not.</param>
    /// <returns>Null where there is no such way, or two.</returns>
    public static ArrayRow? Find(IReadOnlyList<int> found, IReadOnlyList<Dim> wanted)
    {
        if (Fits(found, wanted))
        {
            return new ArrayRow([.. found], null);
        }

        int[] sizes = [.. found.Where(s => s != 1)];
        Dim[] dims = [.. wanted.Where(d => !d.IsKnown || d.Size != 1)];
        if (Fits(sizes, dims))
        {
            var left = new Queue<int>(sizes);
            return new ArrayRow([.. wanted.Select(d => d.IsKnown && d.Size == 1 ? 1 : left.Dequeue())], null);
        }

        return OfImage(found, wanted) ?? InOneLine(sizes, dims, wanted);
    }

    /// <summary>Puts rows in the input's order of elements.</summary>
    /// <param name="from">The rows as the file has them.</param>
    /// <param name="to">Receives them.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="size">The size of an element, in bytes.</param>
    public void Reorder(ReadOnlySpan<byte> from, Span<byte> to, int rows, int size)
    {
        (int height, int width) = Transposed!.Value;
        int length = height * width * size;
        for (int row = 0; row < rows; row++)
        {
            Transpose(from.Slice(row * length, length), to.Slice(row * length, length), height, width, size);
        }
    }

    /// <summary>Transposes a matrix: of an image's channels, [C, H · W] to [H · W, C] and back.</summary>
    /// <param name="from">The matrix.</param>
    /// <param name="to">Receives the other.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="size">The size of an element, in bytes.</param>
    public static void Transpose(ReadOnlySpan<byte> from, Span<byte> to, int rows, int columns, int size)
    {
        switch (size)
        {
            case 1:
                Transpose(from, to, rows, columns);
                break;
            case 2:
                Transpose(MemoryMarshal.Cast<byte, ushort>(from), MemoryMarshal.Cast<byte, ushort>(to), rows, columns);
                break;
            case 4:
                Transpose(MemoryMarshal.Cast<byte, uint>(from), MemoryMarshal.Cast<byte, uint>(to), rows, columns);
                break;
            default:
                Transpose(MemoryMarshal.Cast<byte, ulong>(from), MemoryMarshal.Cast<byte, ulong>(to), rows, columns);
                break;
        }
    }

    private static ArrayRow? OfImage(IReadOnlyList<int> found, IReadOnlyList<Dim> wanted)
    {
        if (found is not [int first, int second, int third])
        {
            return null;
        }

        int[] channelsFirst = [third, first, second];
        int[] channelsLast = [second, third, first];
        return (Fits(channelsFirst, wanted), Fits(channelsLast, wanted)) switch
        {
            (true, false) => new ArrayRow(channelsFirst, (first * second, third)),
            (false, true) => new ArrayRow(channelsLast, (first, second * third)),
            _ => null,
        };
    }

    private static ArrayRow? InOneLine(int[] sizes, Dim[] dims, IReadOnlyList<Dim> wanted) =>
        (sizes.Length == 1 || dims.Length == 1) && wanted.All(d => d.IsKnown) && Length(sizes) == Length(wanted.Select(d => d.Size))
            ? new ArrayRow([.. wanted.Select(d => d.Size)], null)
            : null;

    private static BigInteger Length(IEnumerable<int> sizes) => sizes.Aggregate(BigInteger.One, (n, size) => n * size);

    private static bool Fits(IReadOnlyList<int> found, IReadOnlyList<Dim> wanted) =>
        found.Count == wanted.Count && found.Zip(wanted).All(p => !p.Second.IsKnown || p.First == p.Second.Size);

    private static void Transpose<T>(ReadOnlySpan<T> from, Span<T> to, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                to[(column * rows) + row] = from[(row * columns) + column];
            }
        }
    }
}
