using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The kernel of ops whose output is the bytes of their input, for where a plan cannot share the buffer.</summary>
internal static unsafe class Views
{
    public static Kernel Copy(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        if (x.Type == DType.String)
        {
            return _ => x.Strings.CopyTo(y.Strings, 0);
        }

        long bytes = y.ByteLength;
        return _ =>
        {
            if (x.Pointer != y.Pointer)
            {
                Buffer.MemoryCopy(x.Pointer, y.Pointer, bytes, bytes);
            }
        };
    }
}
