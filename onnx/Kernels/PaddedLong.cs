using System.Runtime.InteropServices;

namespace Anneal.Onnx.Kernels;

[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedLong
{
    [FieldOffset(128)]
    public long Value;
}
