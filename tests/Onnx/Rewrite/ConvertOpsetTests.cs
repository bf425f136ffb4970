using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;

namespace Anneal.Tests.Onnx.Rewrite;

public sealed class ConvertOpsetTests
{
    private static readonly Tensor s_x = Tensor.Of<float>([2, 4, 6, 6], [.. Sample.Real([2, 4, 6, 6]).Span<double>().ToArray().Select(v => (float)v)]);

    [TestCase(17, 8)]
    [TestCase(19, 9)]
    [TestCase(20, 9)]
    [TestCase(21, 10)]
    public void Apply_OpsThatChanged_AnswerTheSameInOnnxRuntimeAndReadBack(int opset, int ir)
    {
        Model model = Changed(withGroups: opset > 17);
        Model converted = ConvertOpset.Apply(model, opset);
        byte[] file = ModelWriter.ToBytes(converted);
        Model back = ModelReader.Read(file);

        Assert.That((converted.Opsets[""], converted.IrVersion), Is.EqualTo(((long)opset, (long)ir)));
        Tensor expected = Run(new SimdRunner(1), model);
        Compare.Close(Run(new OrtRunner(new OrtOptions { Threads = 1 }), converted), expected, 1e-5, "the file in ONNX Runtime");
        Compare.Close(Run(new SimdRunner(1), back), expected, 1e-5, "the file read back");
    }

    [Test]
    public void Apply_Opset18_IsTheModelItself()
    {
        Model model = Changed(withGroups: true);

        Assert.That(ConvertOpset.Apply(model, Model.DefaultOpset), Is.SameAs(model));
    }

    [Test]
    public void Apply_NoFormInThatOpset_NamesEveryNode()
    {
        AnnealException error = Assert.Catch<AnnealException>(() => ConvertOpset.Apply(Changed(withGroups: true), 17))!;

        Assert.That(error.Message, Does.Contain("opset 17 has no form of node 'GroupNormalization' (GroupNormalization)"));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Usage));
    }

    private static Model Changed(bool withGroups)
    {
        var g = new GraphBuilder("changed");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 4, 6, 6));
        x = withGroups
            ? g.Node("GroupNormalization", [x, g.Constant(Tensor.Vector(0.5f, 2)), g.Constant(Tensor.Vector(1f, -1))], Attributes.Of(("num_groups", 2L)))
            : x;
        x = g.Node("Mish", [x]);
        x = g.Node("AveragePool", [x], Attributes.Of(("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })));
        Value[] parts = g.Node("Split", [x], 2, Attributes.Of(("axis", 1L), ("num_outputs", 2L)));
        x = g.Node("Pad", [g.Add(parts[0], parts[1]), g.Longs(0, 0, 1, 0, 0, 0, 0, 1)]);
        Value mean = g.Reduce("ReduceMean", x, false, 2, 3);
        Value most = g.Reduce("ReduceMax", x, false, 2, 3);
        g.Output(g.Add(mean, g.Add(most, g.Reduce("ReduceL2", x, false, 2, 3))), "y");
        return Model.Of(g.Build());
    }

    private static Tensor Run(IGraphRunner runner, Model model)
    {
        using IGraphSession session = runner.Open(model, []);
        var fetches = new Tensor?[1];
        session.Run([s_x], fetches);
        return fetches[0]!.Clone();
    }
}
