using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>Single elements and short runs of any element type, moved as bytes.</summary>
internal static unsafe class Blobs
{
    /// <summary>Copies a run of bytes; a run as long as a machine word is one move.</summary>
    public static void Copy(byte* from, byte* to, int bytes)
    {
        switch (bytes)
        {
            case 1:
                *to = *from;
                break;
            case 2:
                *(ushort*)to = *(ushort*)from;
                break;
            case 4:
                *(uint*)to = *(uint*)from;
                break;
            case 8:
                *(ulong*)to = *(ulong*)from;
                break;
            default:
                Buffer.MemoryCopy(from, to, bytes, bytes);
                break;
        }
    }

    /// <summary>Fills a run with one element.</summary>
    public static void Fill(byte* value, byte* to, int count, int size)
    {
        switch (size)
        {
            case 1:
                new Span<byte>(to, count).Fill(*value);
                break;
            case 2:
                new Span<ushort>(to, count).Fill(*(ushort*)value);
                break;
            case 4:
                new Span<uint>(to, count).Fill(*(uint*)value);
                break;
            case 8:
                new Span<ulong>(to, count).Fill(*(ulong*)value);
                break;
            default:
                new Span<UInt128>(to, count).Fill(*(UInt128*)value);
                break;
        }
    }

    /// <summary>An integer of an operand of int32 or int64.</summary>
    public static long Integer(Slot slot, int index) => slot.Type == DType.Int32 ? ((int*)slot.Pointer)[index] : ((long*)slot.Pointer)[index];
}
