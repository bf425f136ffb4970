using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Finds a text's place in a list by its UTF-8 bytes, of which no string is made.</summary>
/// <remarks>The first bytes of a text are one vector, hashed by random factors and compared at once; only what a longer text has behind them is looked at byte by byte.</remarks>
internal sealed class TextIndex
{
    private const int Prefix = 32;
    private const int MostDraws = 16;
    private const int MostKeysToDrawAgain = 1 << 10;
    private readonly byte[][] _keys;
    private readonly int _shift;
    private Entry[] _entries;
    private Vector256<ulong> _factors;

    /// <param name="keys">The list; of equal texts the first counts.</param>
    public TextIndex(IReadOnlyList<string> keys)
    {
        _keys = [.. keys.Select(Encoding.UTF8.GetBytes)];
        int bits = BitOperations.Log2((uint)keys.Count + 1) + 2;
        _shift = 64 - bits;
        int displaced = Draw(1 << bits);
        for (int draw = 1; draw < MostDraws && displaced > 0 && keys.Count <= MostKeysToDrawAgain; draw++)
        {
            (Entry[] entries, Vector256<ulong> factors) = (_entries, _factors);
            int now = Draw(1 << bits);
            (_entries, _factors, displaced) = now < displaced ? (_entries, _factors, now) : (entries, factors, displaced);
        }
    }

    // Under the length of each prefix, a mask of its bytes.
    private static ReadOnlySpan<byte> Masks =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>The place of a text.</summary>
    /// <param name="bytes">The memory in which it lies.</param>
    /// <param name="text">Where.</param>
    /// <returns>The place; -1 where the list does not have it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(byte[] bytes, TextSpan text)
    {
        Vector256<byte> prefix = PrefixOf(bytes, text);
        return Probe(bytes, text, prefix, FirstOf(bytes, text, prefix)).Place;
    }

    // Places all keys by random factors, so that no list can be made to collide; gives the number of keys that are not where the search for them begins.
    [MemberNotNull(nameof(_entries))]
    private int Draw(int capacity)
    {
        Span<ulong> factors = stackalloc ulong[Vector256<ulong>.Count];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(factors));
        _factors = Vector256.Create<ulong>(factors) | Vector256<ulong>.One;
        _entries = new Entry[capacity];
        Array.Fill(_entries, new Entry(default, 0, -1));
        int displaced = 0;
        for (int i = 0; i < _keys.Length; i++)
        {
            var text = new TextSpan(0, _keys[i].Length);
            Vector256<byte> prefix = PrefixOf(_keys[i], text);
            int first = FirstOf(_keys[i], text, prefix);
            ref Entry entry = ref Probe(_keys[i], text, prefix, first);
            entry = entry.Place < 0 ? new Entry(prefix, text.Length, i) : entry;
            displaced += Unsafe.AreSame(ref entry, ref _entries[first]) ? 0 : 1;
        }

        return displaced;
    }

    // The entry at which the search for a text begins.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FirstOf(byte[] bytes, TextSpan text, Vector256<byte> prefix) =>
        (int)((Vector256.Sum(prefix.AsUInt64() * _factors) + (text.Length > Prefix ? HashOfRest(bytes, text) : 0)) >> _shift);

    // The entry of a text, or the free one at which the search for it ends.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Entry Probe(byte[] bytes, TextSpan text, Vector256<byte> prefix, int first)
    {
        Entry[] entries = _entries;
        for (int at = first; ; at++)
        {
            ref Entry entry = ref entries[at & (entries.Length - 1)];
            if (entry.Place < 0 || (entry.Length == text.Length && entry.Prefix == prefix && (text.Length <= Prefix || IsRest(bytes, text, entry.Place))))
            {
                return ref entry;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> PrefixOf(byte[] bytes, TextSpan text)
    {
        if (bytes.Length - text.Start < Prefix)
        {
            return ShortPrefixOf(bytes.AsSpan(text.Start, text.Length));
        }

        var start = Vector256.Create<byte>(bytes.AsSpan(text.Start, Prefix));
        return start & Vector256.Create(Masks.Slice(Prefix - Math.Min(text.Length, Prefix), Prefix));
    }

    private static Vector256<byte> ShortPrefixOf(ReadOnlySpan<byte> text)
    {
        Span<byte> prefix = stackalloc byte[Prefix];
        prefix.Clear();
        text.CopyTo(prefix);
        return Vector256.Create<byte>(prefix);
    }

    // The hash of .NET's strings, which is random too, of an even number of bytes that have all of the rest.
    private static ulong HashOfRest(byte[] bytes, TextSpan text)
    {
        int length = (text.Length - Prefix + 1) & ~1;
        ReadOnlySpan<byte> rest = bytes.AsSpan(text.Start + text.Length - length, length);
        return (ulong)string.GetHashCode(MemoryMarshal.Cast<byte, char>(rest)) << 32;
    }

    private bool IsRest(byte[] bytes, TextSpan text, int place) =>
        bytes.AsSpan(text.Start + Prefix, text.Length - Prefix).SequenceEqual(_keys[place].AsSpan(Prefix));

    /// <param name="Prefix">The first bytes of a key, zeros behind a shorter one.</param>
    /// <param name="Length">The key's length.</param>
    /// <param name="Place">Its place in the list; -1 where the entry is free.</param>
    private readonly record struct Entry(Vector256<byte> Prefix, int Length, int Place);
}
