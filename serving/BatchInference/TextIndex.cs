using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Anneal.Serving.BatchInference;

/// <summary>Finds a text's place in a list by its UTF-8 bytes, of which no string is made.</summary>
internal sealed class TextIndex
{
    private readonly Dictionary<byte[], int> _places = new(new Comparer());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    /// <param name="keys">The list; of equal texts the first counts.</param>
    public TextIndex(IReadOnlyList<string> keys)
    {
        for (int i = 0; i < keys.Count; i++)
        {
            _places.TryAdd(Encoding.UTF8.GetBytes(keys[i]), i);
        }

        _lookup = _places.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>The place of a text; -1 where the list does not have it.</summary>
    public int Find(ReadOnlySpan<byte> text) => _lookup.TryGetValue(text, out int place) ? place : -1;

    private sealed class Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] text) => GetHashCode(text.AsSpan());

        // The hash of .NET's strings, which no list of keys can be made to collide in.
        public int GetHashCode(ReadOnlySpan<byte> text) =>
            string.GetHashCode(MemoryMarshal.Cast<byte, char>(text)) ^ (text.Length % 2 == 0 ? 0 : (text[^1] + 1) * 0x01000193);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
