using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The gradient of a convolution's input: the transposed convolution of dY with the weights.</summary>
/// <remarks>The attributes are the convolution's, all given; <c>output_padding</c> is what its last window left over of each spatial axis.</remarks>
internal sealed class ConvGradX : Op
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("dY", "T"), new("W", "T")],
        [new("dX", "T")],
        [.. Convolution.Schemas(required: true), AttributeSchema.Ints("output_padding", required: true)],
        [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        Attributes attributes = s.Attributes.Without("output_padding");
        return
        [
            s.Builder.Node("Conv", [s.DY, s.In(1)], attributes),
            s.Builder.Node("ConvGradW", [s.DY, s.In(0)], attributes, Model.AnnealDomain),
        ];
    });

    public override Function Body
    {
        get
        {
            string[] names = [.. Schema.Attributes.Select(a => a.Name)];
            var b = new BodyBuilder(Name, ["dY", "W"], ["dX"], names);
            b.Return("dX", b.Op("ConvTranspose", Convolution.References([.. names.Select(n => (n, n, n != "group"))]), "dY", "W"));
            return b.Build();
        }
    }

    public override TensorType[] Infer(InferenceScope scope) => OpTable.Find("", "ConvTranspose")!.Infer(scope);

    public override Kernel Compile(KernelSpec spec) => OpTable.Find("", "ConvTranspose")!.Compile(spec);
}
