using System.Numerics;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Floats back to bytes.</summary>
internal static class Bytes
{
    /// <summary>Rounds half up, 0 below 0 and 255 above 255.</summary>
    public static void Round(ReadOnlySpan<float> source, Span<byte> destination)
    {
        int i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector<uint> a = At(source, i, 0);
            Vector<uint> b = At(source, i, 1);
            Vector<uint> c = At(source, i, 2);
            Vector<uint> d = At(source, i, 3);
            Vector.Narrow(Vector.Narrow(a, b), Vector.Narrow(c, d)).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = (byte)Math.Clamp(source[i] + 0.5f, 0, 255);
        }
    }

    private static Vector<uint> At(ReadOnlySpan<float> source, int start, int part)
    {
        Vector<float> value = new Vector<float>(source[(start + (part * Vector<float>.Count))..]) + new Vector<float>(0.5f);
        return Vector.AsVectorUInt32(Vector.ConvertToInt32(Vector.Min(Vector.Max(value, Vector<float>.Zero), new Vector<float>(255))));
    }
}
