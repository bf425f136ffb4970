using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Tests.TrainerData;

public sealed class BatchFeedTests
{
    private static readonly Tensor s_values = Tensor.Of<float>([50, 2], [.. Enumerable.Range(0, 100).Select(i => (float)i)]);
    private static readonly Tensor s_texts = Tensor.OfStrings([50, 1], [.. Enumerable.Range(0, 50).Select(i => $"t{i}")]);
    private static readonly Tensor s_target = Tensor.Vector<long>([.. Enumerable.Range(0, 50).Select(i => (long)i)]);
    private static readonly int[] s_rows = [.. Enumerable.Range(0, 50).Where(i => i % 2 == 1)];

    private static BatchFeed Feed(ulong? seed, int batchSize = 4, int epoch = 0, int step = 0, bool prefetch = true) =>
        new([s_values, s_texts], s_target, s_rows, batchSize, seed, epoch, step, prefetch);

    private static string Take(BatchFeed feed, int batches) =>
        string.Join(';', Enumerable.Range(0, batches).Select(_ => feed.Next()).Select(b => $"{b.Epoch}/{b.Step}:{string.Join(',', b.Target.Span<long>().ToArray())}"));

    [TestCase(true)]
    [TestCase(false)]
    public void Next_OneEpoch_HandsOutEachRowOnceWithAllItsColumns(bool prefetch)
    {
        using BatchFeed feed = Feed(1, prefetch: prefetch);
        Assert.That(feed.StepsPerEpoch, Is.EqualTo(7));
        for (int epoch = 0; epoch < 3; epoch++)
        {
            var seen = new List<int>();
            for (int step = 0; step < 7; step++)
            {
                Batch batch = feed.Next();
                Assert.That((batch.Epoch, batch.Step, batch.Rows), Is.EqualTo((epoch, step, step < 6 ? 4 : 1)));
                Assert.That(batch.Features[0].Shape.ToArray(), Is.EqualTo(new[] { batch.Rows, 2 }));
                for (int i = 0; i < batch.Rows; i++)
                {
                    int row = (int)batch.Target.Span<long>()[i];
                    seen.Add(row);
                    Assert.That(batch.Features[0].Span<float>().Slice(2 * i, 2).ToArray(), Is.EqualTo(new float[] { 2 * row, (2 * row) + 1 }));
                    Assert.That(batch.Features[1].Strings[i], Is.EqualTo($"t{row}"));
                }
            }

            Assert.That(seen, Is.Not.Ordered);
            Assert.That(seen.Order(), Is.EqualTo(s_rows));
        }
    }

    [Test]
    public void Next_WithoutSeed_KeepsTheOrder()
    {
        using BatchFeed feed = Feed(null, batchSize: 100);
        Assert.That(feed.Next().Target.Span<long>().ToArray(), Is.EqualTo(s_rows));
        Assert.That(feed.Next().Epoch, Is.EqualTo(1));
    }

    [Test]
    public void Next_StartedInTheMiddle_EqualsTheUndisturbedFeed()
    {
        using BatchFeed whole = Feed(11);
        Take(whole, 7 + 3);
        string expected = Take(whole, 20);
        using BatchFeed resumed = Feed(11, epoch: 1, step: 3);
        using BatchFeed inline = Feed(11, epoch: 1, step: 3, prefetch: false);
        Assert.That(expected, Does.StartWith("1/3:"));
        Assert.That(Take(resumed, 20), Is.EqualTo(expected));
        Assert.That(Take(inline, 20), Is.EqualTo(expected));
    }

    [Test]
    public void Next_WhileTheFeedRunsAhead_LeavesTheBatchAlone()
    {
        using BatchFeed feed = Feed(2);
        for (int i = 0; i < 20; i++)
        {
            Batch batch = feed.Next();
            long[] before = batch.Target.Span<long>().ToArray();
            Thread.Sleep(2);
            Assert.That(batch.Target.Span<long>().ToArray(), Is.EqualTo(before));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Next_AfterWarmUp_AllocatesNothing(bool prefetch)
    {
        using BatchFeed feed = Feed(3, prefetch: prefetch);
        Run(200);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Run(200);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.LessThan(200), "other threads of the test host may allocate a little, but not with every batch");

        void Run(int batches)
        {
            for (int i = 0; i < batches; i++)
            {
                feed.Next();
            }
        }
    }

    [Test]
    public void Next_RowOutsideTheTable_ThrowsToTheConsumer()
    {
        using var feed = new BatchFeed([s_values], s_target, [1, 50], 1, null);
        Assert.That(feed.Next().Rows, Is.EqualTo(1));
        Assert.That(() => feed.Next(), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => feed.Next(), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Dispose_WhileFullOrEmpty_EndsTheThread()
    {
        BatchFeed feed = Feed(1);
        feed.Next();
        feed.Dispose();
        Assert.That(() => feed.Next(), Throws.TypeOf<ObjectDisposedException>());
        Feed(1).Dispose();
    }
}
