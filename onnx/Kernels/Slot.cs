using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>An operand of a kernel: its type and sizes are fixed, its address is set before each run.</summary>
/// <remarks>A kernel must read <see cref="Pointer"/> anew on every run and never keep it.</remarks>
public sealed unsafe class Slot
{
    private readonly int[] _shape;

    /// <summary>Creates an operand without an address.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The sizes of the dimensions.</param>
    public Slot(DType type, ReadOnlySpan<int> shape)
    {
        Type = type;
        _shape = shape.ToArray();
        Length = Tensor.LengthOf(shape);
    }

    /// <summary>The element type.</summary>
    public DType Type { get; }

    /// <summary>The sizes of the dimensions.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The size of the elements in bytes; 0 for strings.</summary>
    public long ByteLength => (long)Length * Type.Size();

    /// <summary>The address of the first element.</summary>
    public byte* Pointer { get; set; }

    /// <summary>The elements of a slot of strings.</summary>
    public string[] Strings { get; set; } = [];

    /// <summary>The elements at the current address.</summary>
    /// <typeparam name="T">The C# type that matches <see cref="Type"/>.</typeparam>
    /// <returns>A view of all elements.</returns>
    public Span<T> Span<T>()
        where T : unmanaged => new(Pointer, Length);

    /// <summary>Sets the address to a tensor's memory.</summary>
    /// <param name="tensor">A tensor of this slot's type and number of elements; the caller keeps it reachable.</param>
    /// <exception cref="ArgumentException">Type or length differs.</exception>
    public void Bind(Tensor tensor)
    {
        if (tensor.Type != Type || tensor.Length != Length)
        {
            throw new ArgumentException($"{tensor} does not fit a slot of {Type.Name()}[{string.Join(",", _shape)}]", nameof(tensor));
        }

        Pointer = tensor.Pointer;
        Strings = tensor.Strings;
    }
}
