using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx.Rewrite;

internal sealed class ShareInitializersTests
{
    [Test]
    public void Apply_EqualTensors_AreStoredOnceUnderTheFirstName()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", TensorType.Of(DType.Float, 2));
        Value sum = g.Add(g.Mul(x, g.Initializer("b", Tensor.Vector(1f, 2f))), g.Initializer("a", Tensor.Vector(1f, 2f)));
        g.Output(g.Mul(sum, g.Initializer("c", Tensor.Vector(2f, 1f))), "y");

        Graph graph = Rewritten.By(g.Build(), ShareInitializers.Apply);

        Assert.That(graph.Initializers.Keys, Is.EqualTo(new[] { "a", "c" }));
    }

    [Test]
    public void Apply_OtherTypeOrShape_StaysApart()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", TensorType.Of(DType.Float, 1, 2));
        Value whole = g.Cast(g.Initializer("a", Tensor.Vector(0L, 0L)), DType.Float);
        Value doubles = g.Cast(g.Initializer("b", Tensor.Vector(0d, 0d)), DType.Float);
        Value row = g.Initializer("c", Tensor.Of<float>([1, 2], [0, 0]));
        g.Output(g.Add(g.Add(g.Add(x, whole), doubles), g.Add(row, g.Initializer("d", Tensor.Vector(0f, 0f)))), "y");

        Assert.That(Rewritten.By(g.Build(), ShareInitializers.Apply).Initializers, Has.Count.EqualTo(4));
    }

    [Test]
    public void Apply_InitializerThatIsAnOutput_KeepsItsName()
    {
        var g = new GraphBuilder("g");
        Value a = g.Initializer("a", Tensor.Vector(1f));
        Value b = g.Initializer("b", Tensor.Vector(1f));
        g.Output(g.Add(a, b), "y");
        g.Output(b);

        Assert.That(ShareInitializers.Apply(g.Build()).Initializers.Keys, Is.EqualTo(new[] { "a", "b" }));
    }
}
