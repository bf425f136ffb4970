using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Pipeline.Preflight.Data;

/// <summary>The content of each row of a table, as the first 128 bits of its SHA-256.</summary>
internal static class RowHashes
{
    /// <summary>Hashes rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="withTarget">Whether the answer counts too.</param>
    /// <returns>[rows] a number that rows of other content do not have.</returns>
    public static UInt128[] Of(DataTable table, bool withTarget)
    {
        Tensor[] tensors = [.. table.Features.Select(f => f.Values), .. withTarget ? (Tensor[])[table.Target] : []];
        var buffer = new ArrayBufferWriter<byte>();
        var hashes = new UInt128[table.Rows];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        for (int row = 0; row < hashes.Length; row++)
        {
            buffer.ResetWrittenCount();
            foreach (Tensor tensor in tensors)
            {
                Append(buffer, tensor, row, table.Rows);
            }

            SHA256.HashData(buffer.WrittenSpan, digest);
            hashes[row] = BinaryPrimitives.ReadUInt128LittleEndian(digest);
        }

        return hashes;
    }

    private static void Append(ArrayBufferWriter<byte> buffer, Tensor tensor, int row, int rows)
    {
        int width = tensor.Length / rows;
        if (tensor.Type != DType.String)
        {
            int bytes = width * tensor.Type.Size();
            buffer.Write(tensor.Bytes.Slice(row * bytes, bytes));
            return;
        }

        foreach (string text in tensor.Strings.AsSpan(row * width, width))
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(sizeof(int)), Encoding.UTF8.GetByteCount(text));
            buffer.Advance(sizeof(int));
            Encoding.UTF8.GetBytes(text, buffer);
        }
    }
}
