namespace Anneal.Onnx.Kernels;

/// <summary>How fast memory past all caches is read and written.</summary>
/// <param name="Read">GB/s of reading alone.</param>
/// <param name="Write">GB/s of writing alone, what that costs in reads included.</param>
public readonly record struct MemoryRate(double Read, double Write)
{
    /// <summary>The least time in which bytes are read and then others written, in seconds.</summary>
    /// <param name="read">Bytes read.</param>
    /// <param name="written">Bytes written.</param>
    /// <returns>The time, in seconds.</returns>
    public double Seconds(long read, long written) => ((read / Read) + (written / Write)) / 1e9;
}
