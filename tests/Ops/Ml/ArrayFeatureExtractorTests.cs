using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Trainer.Execution;

namespace Anneal.Tests.Ops;

internal sealed class ArrayFeatureExtractorTests
{
    [Test]
    public void ArrayFeatureExtractor_IndexOutOfRange_IsRefusedByBothEngines([Values(-1, 4)] long index)
    {
        var g = new GraphBuilder("picked");
        Value x = g.Input("x", TensorType.Of(DType.Float, 2, 4));
        Value indices = g.Input("indices", TensorType.Of(DType.Int64, 1));
        g.Output(g.Node("ArrayFeatureExtractor", [x, indices], null, Model.MlDomain), "y");
        using var simd = new SimdRunner(1);
        foreach (IGraphRunner runner in new IGraphRunner[] { simd, new OrtRunner(new OrtOptions { Threads = 1, Quiet = true }) })
        {
            using IGraphSession session = runner.Open(Model.Of(g.Build()), []);
            var fetches = new Tensor?[1];
            session.Run([OpRun.Iota(2, 4), OpRun.Longs(3)], fetches);
            Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(new[] { 3f, 7 }));

            AnnealException error = Assert.Throws<AnnealException>(() => session.Run([OpRun.Iota(2, 4), OpRun.Longs(index)], fetches))!;
            Assert.That(error.Message, Does.Contain("out of range"), runner.ToString());
        }
    }
}
