using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = max(X * W + B, 0): a convolution with its Relu in one pass.</summary>
internal sealed class ConvRelu : Op
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("X", "T"), new("W", "T"), new("B", "T", Optional: true)],
        [new("Y", "T")],
        [.. Convolution.Schemas(required: true)],
        [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        return Conv.Differentiate(s, g.Where(g.Greater(s.Out(), zero), s.DY, zero));
    });

    public override Function Body
    {
        get
        {
            string[] names = [.. Schema.Attributes.Select(a => a.Name)];
            var b = new BodyBuilder(Name, ["X", "W", "B"], ["Y"], names);
            Attributes attributes = Convolution.References([.. names.Select(n => (n, n, n != "group"))]);
            b.Return("Y", b.Op("Relu", b.Op("Conv", attributes, "X", "W", "B")));
            return b.Build();
        }
    }

    public override TensorType[] Infer(InferenceScope scope) => OpTable.Find("", "Conv")!.Infer(scope);

    public override Kernel Compile(KernelSpec spec) => Convolution.Forward(spec, GemmActivation.Relu);
}
