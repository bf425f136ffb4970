using System.Numerics;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A ≥ B.</summary>
internal sealed class GreaterOrEqual : Comparison
{
    public override OpSchema Schema { get; } = SchemaOf(16, 12, TypeSet.Numbers);

    protected override Kernel CompileNumber<T>(KernelSpec spec) => Selection.Compare<T, Test<T>>(spec);

    private readonly struct Test<T> : Selection.ITest<T>
        where T : unmanaged, INumber<T>
    {
        public static bool Holds(T a, T b) => a >= b;

        public static Vector512<T> Holds(Vector512<T> a, Vector512<T> b) => Vector512.GreaterThanOrEqual(a, b);
    }
}
