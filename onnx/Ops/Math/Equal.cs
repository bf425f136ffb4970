using System.Numerics;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>C = A = B, of numbers, bools or strings; strings are equal when their characters are.</summary>
internal sealed class Equal : Comparison
{
    public override OpSchema Schema { get; } = SchemaOf(13, 11, TypeSet.Values);

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.String ? OfStrings(spec) : base.Compile(spec);

    protected override Kernel CompileNumber<T>(KernelSpec spec) => Selection.Compare<T, Test<T>>(spec);

    private static unsafe Kernel OfStrings(KernelSpec spec)
    {
        Slot a = spec.In(0);
        Slot b = spec.In(1);
        Slot y = spec.Out();
        return Broadcast.Rows(y, new BroadcastLayout(y.Shape, a.Shape, b.Shape), (layout, row, start, count) =>
        {
            for (int i = start; i < start + count; i++)
            {
                ((bool*)y.Pointer)[((long)row * layout.Inner) + i] = string.Equals(
                    a.Strings[layout.Offset(0, row) + (i * layout.InnerStride(0))],
                    b.Strings[layout.Offset(1, row) + (i * layout.InnerStride(1))],
                    StringComparison.Ordinal);
            }
        });
    }

    private readonly struct Test<T> : Selection.ITest<T>
        where T : unmanaged, INumber<T>
    {
        public static bool Holds(T a, T b) => a == b;

        public static Vector512<T> Holds(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, b);
    }
}
