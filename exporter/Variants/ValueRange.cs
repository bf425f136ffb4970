namespace Anneal.Exporter.Variants;

/// <summary>The range of a value's elements that its integers stand for; 0 is always in it.</summary>
/// <param name="Min">The least, at most 0.</param>
/// <param name="Max">The largest, at least 0.</param>
public readonly record struct ValueRange(float Min, float Max)
{
    /// <summary>What one step of the integer is: (max - min) / 255; 1 where the range is empty.</summary>
    public float Scale => float.IsNormal((Max - Min) / byte.MaxValue) ? (Max - Min) / byte.MaxValue : 1;

    /// <summary>The integer that stands for 0.</summary>
    public byte Zero => (byte)Math.Clamp(MathF.Round(-Min / Scale), 0, byte.MaxValue);
}
