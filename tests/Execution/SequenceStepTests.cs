using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Execution;

internal sealed class SequenceStepTests
{
    public delegate TrainingGraphs Network(int length, int features, int classes, float dropout, Optimizer optimizer);

    private static IEnumerable<TestCaseData> All() =>
    [
        new TestCaseData((Network)Networks.Transformer).SetArgDisplayNames("transformer"),
        new TestCaseData((Network)Networks.Recurrent).SetArgDisplayNames("recurrent"),
    ];

    [TestCaseSource(nameof(All))]
    public void Run_WithAnyNumberOfThreads_GivesTheSameBits(Network network)
    {
        TrainingGraphs graphs = network(28, 16, 10, 0, Optimizer.Adam());
        Dictionary<string, Tensor> alone = Train(graphs, 1);
        foreach (int threads in (int[])[2, 3])
        {
            foreach ((string name, Tensor tensor) in Train(graphs, threads))
            {
                Compare.Same(tensor, alone[name], $"{name} with {threads} threads");
            }
        }
    }

    [TestCaseSource(nameof(All))]
    public void Run_AfterWarmUp_AllocatesNothing(Network network)
    {
        TrainingGraphs graphs = network(9, 6, 4, 0.1f, Optimizer.Adam());
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

    [TestCaseSource(nameof(All))]
    public void Run_OfASequenceOfSteps_LearnsAsInOnnxRuntime(Network network)
    {
        TrainingGraphs graphs = network(5, 6, 4, 0, Optimizer.Sgd());
        using var runner = new SimdRunner(2);
        double[] ours = Losses(runner, graphs);
        double[] theirs = Losses(new OrtRunner(new OrtOptions { Threads = 1 }), graphs);

        Assert.That(ours, Is.EqualTo(theirs).Within(1e-4));
        Assert.That(ours[^1], Is.LessThan(ours[0]));
    }

    private static double[] Losses(IGraphRunner runner, TrainingGraphs graphs)
    {
        using IGraphSession session = runner.Open(graphs.Step, graphs.StepState());
        var fetches = new Tensor?[session.Fetches.Count];
        int loss = session.Fetches.Select(f => f.Name).ToList().IndexOf("loss");
        return [.. Enumerable.Range(1, 10).Select(step =>
        {
            session.Run(Networks.Feeds(session, Networks.Rows(30, 30, 4), 0.05f, step), fetches);
            return (double)fetches[loss]!.Span<float>()[0];
        })];
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
