using System.Numerics.Tensors;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The sum of all inputs, with broadcasting.</summary>
internal sealed class Sum : Variadic
{
    public override OpSchema Schema { get; } = SchemaOf("sum", TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s => [.. Enumerable.Repeat(s.DY, s.Node.Inputs.Length)]);

    protected override Kernel CompileNumber<T>(KernelSpec spec) => Fold<T>(spec, TensorPrimitives.Add, TensorPrimitives.Add);
}
