using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx.Rewrite;

internal sealed class DoublePrecisionTests
{
    [Test]
    public void Apply_FloatGraph_WidensInputsOutputsConstantsAndCasts()
    {
        var g = new GraphBuilder("float");
        Value x = g.Input("x", TensorType.Of(DType.Float, 2));
        Value n = g.Input("n", TensorType.Of(DType.Int64, 2));
        g.Output(g.Add(g.Mul(x, g.Constant(Tensor.Vector(1.5f, 2f))), g.Cast(n, DType.Float)), "y");

        Graph wide = DoublePrecision.Apply(g.Build());

        Assert.That(wide.Inputs.Select(i => i.Type.Type), Is.EqualTo(new[] { DType.Double, DType.Int64 }));
        Assert.That(wide.Outputs.Single().Type.Type, Is.EqualTo(DType.Double));
        Assert.That(wide.Initializers.Values.Select(t => t.Type), Has.None.EqualTo(DType.Float));
        Assert.That(wide.Nodes.Single(c => c.OpType == "Cast").Attributes.Int("to", 0), Is.EqualTo((long)DType.Double));
    }

    [Test]
    public void Of_Tensors_KeepsValuesAndOtherTypes()
    {
        Tensor longs = Tensor.Vector(1L);

        Assert.That(DoublePrecision.Of(Tensor.Vector(0.1f, -3)).Span<double>().ToArray(), Is.EqualTo(new[] { (double)0.1f, -3 }));
        Assert.That(DoublePrecision.Of(longs), Is.SameAs(longs));
    }
}
