using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>The bytes of a string tensor's elements, by ONNX Runtime's C API: the managed one takes as long for each element as a small model for a row.</summary>
internal static unsafe partial class OrtStrings
{
    // Places in the API's table, which only ever grows at its end.
    private const uint ApiVersion = 14;
    private const int ElementLength = 127;
    private const int ResizedElement = 252;
    private static readonly nint* s_api = ((delegate* unmanaged<uint, nint*>)OrtGetApiBase()[0])(ApiVersion);

    /// <summary>Makes room for so many bytes of UTF-8 as an element.</summary>
    /// <returns>The bytes, for the caller to fill.</returns>
    public static Span<byte> Resize(OrtValue value, int index, int length)
    {
        byte* bytes;
        var resize = (delegate* unmanaged[SuppressGCTransition]<nint, nuint, nuint, byte**, nint>)s_api[ResizedElement];
        Check(resize(HandleOf(value), (nuint)index, (nuint)length, &bytes), index);
        return new Span<byte>(bytes, length);
    }

    /// <summary>An element's bytes.</summary>
    public static ReadOnlySpan<byte> Read(OrtValue value, int index)
    {
        nuint length;
        var measure = (delegate* unmanaged[SuppressGCTransition]<nint, nuint, nuint*, nint>)s_api[ElementLength];
        Check(measure(HandleOf(value), (nuint)index, &length), index);
        return Resize(value, index, checked((int)length));
    }

    private static void Check(nint status, int index)
    {
        if (status != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, "no element of a string tensor");
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    private static extern nint HandleOf(OrtValue value);

    [LibraryImport("onnxruntime", EntryPoint = "OrtGetApiBase")]
    private static partial nint* OrtGetApiBase();
}
