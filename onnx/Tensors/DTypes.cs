namespace Anneal.Onnx.Tensors;

/// <summary>Facts about element types.</summary>
public static class DTypes
{
    /// <summary>The size of an element.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>Size in bytes; 0 for strings.</returns>
    /// <exception cref="AnnealException">The type is undefined.</exception>
    public static int Size(this DType type) => type switch
    {
        DType.UInt8 or DType.Int8 or DType.Bool => 1,
        DType.UInt16 or DType.Int16 or DType.Float16 or DType.BFloat16 => 2,
        DType.Float or DType.Int32 or DType.UInt32 => 4,
        DType.Double or DType.Int64 or DType.UInt64 or DType.Complex64 => 8,
        DType.Complex128 => 16,
        DType.String => 0,
        _ => throw AnnealException.BadData($"element type {(int)type} has no size here"),
    };

    /// <summary>The element type of a C# type.</summary>
    /// <typeparam name="T">The C# element type.</typeparam>
    /// <returns>The element type.</returns>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static DType Of<T>() =>
        typeof(T) == typeof(float) ? DType.Float :
        typeof(T) == typeof(double) ? DType.Double :
        typeof(T) == typeof(long) ? DType.Int64 :
        typeof(T) == typeof(int) ? DType.Int32 :
        typeof(T) == typeof(byte) ? DType.UInt8 :
        typeof(T) == typeof(bool) ? DType.Bool :
        typeof(T) == typeof(ulong) ? DType.UInt64 :
        typeof(T) == typeof(uint) ? DType.UInt32 :
        typeof(T) == typeof(short) ? DType.Int16 :
        typeof(T) == typeof(ushort) ? DType.UInt16 :
        typeof(T) == typeof(sbyte) ? DType.Int8 :
        typeof(T) == typeof(Half) ? DType.Float16 :
        typeof(T) == typeof(string) ? DType.String :
        throw new NotSupportedException($"{typeof(T)} is no tensor element type");

    /// <summary>ONNX's name of the type, as in <c>tensor(float)</c>.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>The name in lower case.</returns>
    public static string Name(this DType type) => type.ToString().ToLowerInvariant();

    /// <summary>Whether the type is float or double: what our kernels differentiate.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>True for float and double.</returns>
    public static bool IsFloating(this DType type) => type is DType.Float or DType.Double or DType.Float16 or DType.BFloat16;
}
