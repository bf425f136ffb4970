using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Execution;

internal sealed class TransformerStepTests
{
    [Test]
    public void Run_WithAnyNumberOfThreads_GivesTheSameBits()
    {
        TrainingGraphs graphs = Networks.Transformer(28, 16, 10, 0, Optimizer.Adam());
        Dictionary<string, Tensor> alone = Train(graphs, 1);
        foreach (int threads in (int[])[2, 3])
        {
            foreach ((string name, Tensor tensor) in Train(graphs, threads))
            {
                Compare.Same(tensor, alone[name], $"{name} with {threads} threads");
            }
        }
    }

    [Test]
    public void Run_AfterWarmUp_AllocatesNothing()
    {
        TrainingGraphs graphs = Networks.Transformer(9, 6, 4, 0.1f, Optimizer.Adam());
        using var runner = new SimdRunner(1);
        using IGraphSession session = runner.Open(graphs.Step, graphs.StepState());
        Tensor[] feeds = Networks.Feeds(session, Networks.Rows(70, 54, 4), 1e-3f, 1);
        var fetches = new Tensor?[session.Fetches.Count];
        for (int i = 0; i < 50; i++)
        {
            session.Run(feeds, fetches);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        session.Run(feeds, fetches);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static Dictionary<string, Tensor> Train(TrainingGraphs graphs, int threads)
    {
        using var runner = new SimdRunner(threads);
        using IGraphSession session = runner.Open(graphs.Step, graphs.StepState());
        var fetches = new Tensor?[session.Fetches.Count];
        for (int step = 1; step <= 5; step++)
        {
            session.Run(Networks.Feeds(session, Networks.Rows(60, 28 * 16, 10, step), 1e-3f, step), fetches);
        }

        return graphs.StepState().ToDictionary(s => s.Input, s => session.ReadState(s.Input));
    }
}
