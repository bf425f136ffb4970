using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>What the optimizers' updates share: state tensors of the weight's type and shape first, then scalars.</summary>
/// <remarks>The work is cut by length alone, and no product is fused with a sum: the result is the same on every instruction set.</remarks>
internal abstract class Update : Op
{
    public override string Domain => Model.AnnealDomain;

    public override Gradient Gradient => Gradient.Forbidden("an optimizer's update is not differentiated");

    public override TensorType[] Infer(InferenceScope scope)
    {
        for (int i = 0; i < scope.InputCount; i++)
        {
            bool tensor = i < Schema.Outputs.Length + 1;
            if (scope.Shape(i) is { } shape && (tensor ? scope.Shape(0) is { } first && shape != first : shape.Rank > 0))
            {
                throw scope.Error($"input '{Schema.Inputs[i].Name}' has shape {shape}, expected {(tensor ? scope.Shape(0).ToString() : "a scalar")}");
            }
        }

        return [.. Schema.Outputs.Select(_ => scope.In(0))];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Compile<float>(spec),
        DType.Double => Compile<double>(spec),
        _ => throw spec.Unsupported(0),
    };

    protected abstract Kernel Compile<T>(KernelSpec spec)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    protected static OpSchema SchemaOf(string[] inputs, string[] outputs, string[] floats, params string[] integers) => new(
        1,
        [.. inputs.Select(name => new Parameter(name, name == "step" ? "I" : "T"))],
        [.. outputs.Select(name => new Parameter(name, "T"))],
        [.. floats.Select(name => AttributeSchema.Float(name, required: true)), .. integers.Select(name => AttributeSchema.Int(name, required: true))],
        [("T", TypeSet.Floats), ("I", TypeSet.Int64)]);

    protected BodyBuilder Begin() => new(
        Name,
        [.. Schema.Inputs.Select(p => p.Name)],
        [.. Schema.Outputs.Select(p => p.Name)],
        [.. Schema.Attributes.Select(a => a.Name)]);
}
