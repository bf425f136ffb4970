using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Anneal.Onnx.Tensors;

/// <summary>A dense row-major array of one element type at a fixed, 64-byte aligned address.</summary>
/// <remarks>Memory is a pinned managed array: no finaliser, no dispose. A tensor of strings holds <see cref="Strings"/> instead.</remarks>
public sealed unsafe class Tensor
{
    private const int Alignment = 64;
    private readonly byte[] _memory;
    private readonly int[] _shape;
    private readonly byte* _pointer;
    private readonly ReadOnlyMemory<TextSpan> _texts;
    private string[]? _strings;

    private Tensor(DType type, int[] shape, byte[] memory, byte* pointer, string[]? strings, ReadOnlyMemory<TextSpan> texts = default)
    {
        Type = type;
        _shape = shape;
        _memory = memory;
        _pointer = pointer;
        _strings = strings ?? (texts.IsEmpty ? [] : null);
        _texts = texts;
        Length = LengthOf(shape);
    }

    /// <summary>The element type.</summary>
    public DType Type { get; }

    /// <summary>The sizes of the dimensions; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The number of dimensions.</summary>
    public int Rank => _shape.Length;

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The size of the elements in bytes.</summary>
    public long ByteLength => (long)Length * Type.Size();

    /// <summary>The elements of a tensor of strings, decoded when first asked for if it is one of UTF-8; empty for any other type.</summary>
    public string[] Strings => _strings ??= Decode();

    /// <summary>Whether this is a tensor of strings that holds them as UTF-8.</summary>
    public bool IsUtf8 => Type == DType.String && _texts.Length == Length && Length > 0;

    /// <summary>The address of the first element, 64-byte aligned unless this is a slice; valid while this tensor is reachable.</summary>
    public byte* Pointer => _pointer;

    /// <summary>The elements as bytes.</summary>
    public Span<byte> Bytes => new(_pointer, checked((int)ByteLength));

    /// <summary>The elements.</summary>
    /// <typeparam name="T">The C# type that matches <see cref="Type"/>.</typeparam>
    /// <returns>A view of all elements in row-major order.</returns>
    /// <exception cref="InvalidCastException">The type does not match.</exception>
    public Span<T> Span<T>()
        where T : unmanaged
    {
        if (DTypes.Of<T>() != Type)
        {
            throw new InvalidCastException($"a tensor of {Type.Name()} is not one of {typeof(T).Name}");
        }

        return new Span<T>(_pointer, Length);
    }

    /// <summary>Allocates a tensor of zeros (of empty strings for <see cref="DType.String"/>).</summary>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The sizes of the dimensions.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="AnnealException">The size overflows 2³¹ elements or bytes.</exception>
    public static Tensor Zeros(DType type, params ReadOnlySpan<int> shape)
    {
        int length = LengthOf(shape);
        if (type == DType.String)
        {
            string[] strings = new string[length];
            Array.Fill(strings, "");
            return new Tensor(type, shape.ToArray(), [], null, strings);
        }

        long bytes = (long)length * type.Size();
        if (bytes > Array.MaxLength - Alignment)
        {
            throw AnnealException.BadData($"a tensor of {Describe(type, shape)} is larger than 2 GB");
        }

        byte[] memory = GC.AllocateArray<byte>((int)bytes + Alignment, pinned: true);
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        byte* aligned = (byte*)(((nuint)start + Alignment - 1) / Alignment * Alignment);
        return new Tensor(type, shape.ToArray(), memory, aligned, null);
    }

    /// <summary>Creates a tensor from values, which are copied.</summary>
    /// <typeparam name="T">The C# element type.</typeparam>
    /// <param name="shape">The sizes of the dimensions.</param>
    /// <param name="values">The elements in row-major order.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The number of values is not that of the shape.</exception>
    public static Tensor Of<T>(ReadOnlySpan<int> shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Tensor tensor = Zeros(DTypes.Of<T>(), shape);
        if (values.Length != tensor.Length)
        {
            throw new ArgumentException($"{values.Length} values do not fill {tensor}", nameof(values));
        }

        values.CopyTo(tensor.Span<T>());
        return tensor;
    }

    /// <summary>Creates a tensor of strings.</summary>
    /// <param name="shape">The sizes of the dimensions.</param>
    /// <param name="values">The elements in row-major order, kept by reference.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The number of values is not that of the shape.</exception>
    public static Tensor OfStrings(ReadOnlySpan<int> shape, string[] values)
    {
        if (LengthOf(shape) != values.Length)
        {
            throw new ArgumentException($"{values.Length} values do not fill {Describe(DType.String, shape)}", nameof(values));
        }

        return new Tensor(DType.String, shape.ToArray(), [], null, values);
    }

    /// <summary>Creates a tensor of strings over UTF-8 text.</summary>
    /// <param name="shape">The sizes of the dimensions.</param>
    /// <param name="text">The text, kept by reference.</param>
    /// <param name="elements">Where in it the elements lie, in row-major order, kept by reference; they may overlap.</param>
    /// <returns>The tensor, valid while text and elements stay as they are.</returns>
    /// <exception cref="ArgumentException">The number of elements is not that of the shape.</exception>
    public static Tensor OfUtf8(ReadOnlySpan<int> shape, byte[] text, ReadOnlyMemory<TextSpan> elements) => LengthOf(shape) == elements.Length
        ? new Tensor(DType.String, shape.ToArray(), text, null, null, elements)
        : throw new ArgumentException($"{elements.Length} elements do not fill {Describe(DType.String, shape)}", nameof(elements));

    /// <summary>An element of a tensor that holds UTF-8.</summary>
    /// <param name="index">The element, in row-major order.</param>
    /// <returns>Its bytes.</returns>
    public ReadOnlySpan<byte> Utf8(int index)
    {
        TextSpan element = _texts.Span[index];
        return _memory.AsSpan(element.Start, element.Length);
    }

    /// <summary>Creates a scalar.</summary>
    /// <typeparam name="T">The C# element type.</typeparam>
    /// <param name="value">The value.</param>
    /// <returns>A tensor of rank 0.</returns>
    public static Tensor Scalar<T>(T value)
        where T : unmanaged => Of([], [value]);

    /// <summary>Creates a tensor of rank 1.</summary>
    /// <typeparam name="T">The C# element type.</typeparam>
    /// <param name="values">The elements, which are copied.</param>
    /// <returns>A tensor of shape [n].</returns>
    public static Tensor Vector<T>(params ReadOnlySpan<T> values)
        where T : unmanaged => Of([values.Length], values);

    /// <summary>The same memory under another shape.</summary>
    /// <param name="shape">The new sizes, with the same number of elements.</param>
    /// <returns>A tensor that shares this one's memory.</returns>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> shape)
    {
        if (LengthOf(shape) != Length)
        {
            throw new ArgumentException($"{this} cannot be seen as {Describe(Type, shape)}", nameof(shape));
        }

        return new Tensor(Type, shape.ToArray(), _memory, _pointer, _strings, _texts);
    }

    /// <summary>Rows of the first dimension, sharing this tensor's memory (strings that are not UTF-8 are copied).</summary>
    /// <param name="start">The first row.</param>
    /// <param name="count">The number of rows.</param>
    /// <returns>A tensor of <paramref name="count"/> rows; its address is aligned only as far as the row size is.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not all there.</exception>
    public Tensor Rows(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + (long)count, _shape[0], nameof(count));
        int[] shape = (int[])_shape.Clone();
        shape[0] = count;
        int row = LengthOf(_shape.AsSpan(1));
        return IsUtf8 ? new Tensor(Type, shape, _memory, null, null, _texts.Slice(start * row, count * row))
            : Type == DType.String ? new Tensor(Type, shape, [], null, Strings.AsSpan(start * row, count * row).ToArray())
            : new Tensor(Type, shape, _memory, _pointer + ((long)start * row * Type.Size()), null);
    }

    /// <summary>A copy in memory of its own.</summary>
    /// <returns>The copy.</returns>
    public Tensor Clone()
    {
        if (Type == DType.String)
        {
            return OfStrings(_shape, (string[])Strings.Clone());
        }

        Tensor copy = Zeros(Type, _shape);
        Bytes.CopyTo(copy.Bytes);
        return copy;
    }

    /// <summary>Copies all elements into a tensor of the same type and length.</summary>
    /// <param name="destination">The tensor that receives them.</param>
    /// <exception cref="ArgumentException">Type or length differs.</exception>
    public void CopyTo(Tensor destination)
    {
        if (destination.Type != Type || destination.Length != Length)
        {
            throw new ArgumentException($"{this} does not fit {destination}", nameof(destination));
        }

        if (Type == DType.String)
        {
            Strings.CopyTo(destination.Strings, 0);
        }
        else
        {
            Bytes.CopyTo(destination.Bytes);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Describe(Type, _shape);

    /// <summary>The number of elements of a shape.</summary>
    /// <param name="shape">The sizes of the dimensions.</param>
    /// <returns>Their product; 1 for a scalar.</returns>
    /// <exception cref="AnnealException">A size is negative or the product overflows 2³¹.</exception>
    public static int LengthOf(ReadOnlySpan<int> shape)
    {
        long length = 1;
        foreach (int size in shape)
        {
            if (size < 0 || (length *= size) > int.MaxValue)
            {
                throw AnnealException.BadData($"shape [{Join(shape)}] is not one of at most 2^31 - 1 elements");
            }
        }

        return (int)length;
    }

    private string[] Decode()
    {
        string[] strings = new string[_texts.Length];
        for (int i = 0; i < strings.Length; i++)
        {
            strings[i] = Encoding.UTF8.GetString(Utf8(i));
        }

        return strings;
    }

    private static string Describe(DType type, ReadOnlySpan<int> shape) => $"{type.Name()}[{Join(shape)}]";

    private static string Join(ReadOnlySpan<int> shape)
    {
        var sizes = new List<string>();
        foreach (int size in shape)
        {
            sizes.Add(size.ToString(CultureInfo.InvariantCulture));
        }

        return string.Join(",", sizes);
    }
}
