using System.Runtime.CompilerServices;
using System.Text;

namespace Anneal.Onnx.Formats;

/// <summary>The texts that stand for a missing value in a table; an empty one always does.</summary>
public sealed class MissingMarkers
{
    private readonly byte[][] _markers;
    private readonly int _longest;

    /// <param name="markers">The texts beside the empty one.</param>
    public MissingMarkers(IEnumerable<string> markers)
    {
        _markers = [.. markers.Where(m => m.Length > 0).Select(Encoding.UTF8.GetBytes)];
        _longest = _markers.Select(m => m.Length).DefaultIfEmpty().Max();
    }

    /// <summary>Whether a text is one of them.</summary>
    /// <param name="text">UTF-8.</param>
    /// <returns>True where it stands for a missing value.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(ReadOnlySpan<byte> text) => text.Length <= _longest && IsMarker(text);

    private bool IsMarker(ReadOnlySpan<byte> text)
    {
        foreach (byte[] marker in _markers)
        {
            if (text.SequenceEqual(marker))
            {
                return true;
            }
        }

        return text.IsEmpty;
    }
}
