using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Tensors in our memory as the values of a model's initializers whose data is not in its bytes.</summary>
/// <remarks>The managed API lacks this one function.</remarks>
/// <param name="tensors">The tensors by name.</param>
internal sealed unsafe partial class OrtInitializers(IReadOnlyDictionary<string, Tensor> tensors) : IDisposable
{
    private const uint ApiVersion = 14;

    // Places in the table of functions, which ONNX Runtime only ever appends to.
    private const int GetErrorMessage = 2;
    private const int ReleaseStatus = 93;
    private const int AddExternalInitializers = 210;

    private readonly OrtValue[] _values = [.. tensors.Values.Select(OrtTensors.Wrap)];

    /// <summary>Gives the values to a session that is about to be created.</summary>
    /// <exception cref="AnnealException">ONNX Runtime refuses them.</exception>
    public void AddTo(SessionOptions options)
    {
        if (_values.Length == 0)
        {
            return;
        }

        nint[] names = [.. tensors.Keys.Select(Marshal.StringToCoTaskMemUTF8)];
        nint[] values = [.. _values.Select(HandleOf)];
        try
        {
            var getApi = (delegate* unmanaged<uint, nint*>)OrtGetApiBase()[0];
            nint* api = getApi(ApiVersion);
            fixed (nint* name = names)
            fixed (nint* value = values)
            {
                nint status = ((delegate* unmanaged<nint, nint*, nint*, nuint, nint>)api[AddExternalInitializers])(options.DangerousGetHandle(), name, value, (nuint)names.Length);
                if (status != 0)
                {
                    string message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)api[GetErrorMessage])(status)) ?? "";
                    ((delegate* unmanaged<nint, void>)api[ReleaseStatus])(status);
                    throw AnnealException.BadData($"ONNX Runtime does not take the external data: {message}");
                }
            }
        }
        finally
        {
            foreach (nint name in names)
            {
                Marshal.FreeCoTaskMem(name);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtValue value in _values)
        {
            value.Dispose();
        }
    }

    [LibraryImport("onnxruntime")]
    private static partial nint* OrtGetApiBase();

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    private static extern nint HandleOf(OrtValue value);
}
