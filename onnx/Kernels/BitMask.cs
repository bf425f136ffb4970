namespace Anneal.Onnx.Kernels;

/// <summary>Lanes of masks.</summary>
internal static unsafe class BitMask<T>
    where T : unmanaged
{
    /// <summary>The element whose bits are all set: And leaves what it meets as it is.</summary>
    public static T All
    {
        get
        {
            T bits;
            new Span<byte>(&bits, sizeof(T)).Fill(byte.MaxValue);
            return bits;
        }
    }
}
