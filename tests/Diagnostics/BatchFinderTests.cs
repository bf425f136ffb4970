using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Diagnostics;

internal sealed class BatchFinderTests
{
    [Test]
    public void Search_RateThatRisesToTheEnd_TakesAllRows()
    {
        BatchChoice choice = BatchFinder.Search(100, long.MaxValue, batch => new BatchTrial(batch, 10 * batch, 0));

        Assert.That(choice.Trials.Select(t => t.Batch), Is.EqualTo(new[] { 8, 16, 32, 64, 100 }));
        Assert.That((choice.Batch, choice.Ended), Is.EqualTo((100, "there are 100 rows")));
    }

    [Test]
    public void Search_RateThatStopsRising_TakesTheSmallestNearTheBest()
    {
        BatchChoice choice = BatchFinder.Search(100000, long.MaxValue, batch => new BatchTrial(batch, Math.Min(batch, 50), 0));

        Assert.That(choice.Trials.Select(t => t.Batch), Is.EqualTo(new[] { 8, 16, 32, 64, 128, 256 }), "two doublings without gain");
        Assert.That((choice.Batch, choice.Ended), Is.EqualTo((64, "the rate has stopped rising")));
    }

    [Test]
    public void Search_OneSlowSize_IsPassedBy()
    {
        BatchChoice choice = BatchFinder.Search(128, long.MaxValue, batch => new BatchTrial(batch, batch == 32 ? 1 : batch, 0));

        Assert.That(choice.Batch, Is.EqualTo(128));
    }

    [Test]
    public void Search_LimitedMemory_DoesNotBeginASizeThatWouldNotFit()
    {
        var begun = new List<int>();
        BatchChoice choice = BatchFinder.Search(100000, 70_000_000, batch =>
        {
            begun.Add(batch);
            return new BatchTrial(batch, batch, 5_000_000 + (1_000_000L * batch));
        });

        Assert.That(begun, Is.EqualTo(new[] { 8, 16, 32, 64 }), "128 rows would take 133 MB");
        Assert.That((choice.Batch, choice.Ended), Is.EqualTo((64, "a batch of 128 would take more than 70 MB")));
    }

    [Test]
    public void Search_MemoryThatRunsOut_TakesTheLastThatFitted()
    {
        BatchChoice choice = BatchFinder.Search(1000, long.MaxValue, batch => batch <= 32
            ? new BatchTrial(batch, batch, 0)
            : throw new AnnealException(ExitCode.Data, "no memory") { IsOutOfMemory = true });

        Assert.That((choice.Batch, choice.Ended), Is.EqualTo((32, "a batch of 64 found no memory")));
    }

    [Test]
    public void Search_NothingThatFits_IsAnError()
    {
        Assert.That(
            () => BatchFinder.Search(1000, 1_000_000, batch => new BatchTrial(batch, 1, 2_000_000)),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("a batch of 8 rows does not fit: a batch of 8 takes 2 MB, of 1 MB. hint: set 'train.batch' to less, or take a smaller model"));
        Assert.That(() => BatchFinder.Search(1000, 1, _ => throw new InvalidOperationException("broken")), Throws.InvalidOperationException, "only memory is a reason to stop");
    }

    [Test]
    public void Find_StepsOnTheCpu_LeavesTheModelAsItWas()
    {
        TrainingGraphs graphs = Networks.Mlp(6, [5, 3], 0);
        Tensor[] before = [.. graphs.Parameters.Select(p => p.Initial.Clone())];
        (Tensor features, Tensor target) = Networks.Rows(40, 6, 3);
        using var runner = new SimdRunner(1);

        BatchChoice choice = BatchFinder.Find(graphs, runner, new RowSet([features], target, [.. Enumerable.Range(0, 40)]), 1, 1L << 40, default);

        Assert.That(choice.Trials.Select(t => t.Batch), Is.EqualTo(new[] { 8, 16, 32, 40 }).Or.EqualTo(new[] { 8, 16, 32 }));
        Assert.That(choice.Trials.Select(t => t.RowsPerSecond), Is.All.Positive);
        Assert.That(choice.Trials.Select(t => t.Batch), Does.Contain(choice.Batch));
        for (int i = 0; i < before.Length; i++)
        {
            Compare.Same(graphs.Parameters[i].Initial, before[i], graphs.Parameters[i].Name);
        }
    }

    [Test]
    public void Search_LimitBelowWhatTheSmallestBatchTakes_IsAnError() => Assert.That(
        () => BatchFinder.Search(16, 1_000_000, batch => new BatchTrial(batch, 100, 4_000_000)),
        Throws.TypeOf<AnnealException>().With.Message.Contains("a batch of 8 rows does not fit: a batch of 8 takes 4 MB, of 1 MB"));

    [Test]
    public void Fitting_EngineWithALimit_HalvesUntilAStepRuns()
    {
        TrainingGraphs graphs = Networks.Mlp(6, [5, 3], 0);
        (Tensor features, Tensor target) = Networks.Rows(100, 6, 3);
        var rows = new RowSet([features], target, [.. Enumerable.Range(0, 100)]);
        using var runner = new SimdRunner(1);

        Assert.That(BatchFinder.Fitting(graphs, new Limited(runner, 30), rows, 1, 100), Is.EqualTo(25));
        Assert.That(BatchFinder.Fitting(graphs, new Limited(runner, 0), rows, 1, 100), Is.Null);
    }

    // The SIMD engine, but for batches beyond a limit, which it refuses as a device without memory does.
    private sealed class Limited(SimdRunner runner, int rows) : IGraphRunner
    {
        public string Name => runner.Name;

        public IGraphSession Open(Model model, IReadOnlyList<StateBinding> state) => new Session(runner.Open(model, state), rows);

        private sealed class Session(IGraphSession inner, int rows) : IGraphSession
        {
            public IReadOnlyList<ValueInfo> Feeds => inner.Feeds;

            public IReadOnlyList<ValueInfo> Fetches => inner.Fetches;

            public void Run(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches)
            {
                if (feeds[0].Shape[0] > rows)
                {
                    throw new AnnealException(ExitCode.Data, "no memory") { IsOutOfMemory = true };
                }

                inner.Run(feeds, fetches);
            }

            public Tensor ReadState(string input) => inner.ReadState(input);

            public void WriteState(string input, Tensor value) => inner.WriteState(input, value);

            public void Dispose() => inner.Dispose();
        }
    }
}
