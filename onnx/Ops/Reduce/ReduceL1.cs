using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = Σ |X| over axes.</summary>
internal sealed class ReduceL1 : MappedReduce
{
    public override OpSchema Schema { get; } = SchemaOf(18, WideNumbers);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Mul(KeepDims(s, s.DY), s.Builder.Node("Sign", [s.In(0)])), null]);

    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) => Make<T>(spec, reduced, TensorPrimitives.Abs, null);
}
