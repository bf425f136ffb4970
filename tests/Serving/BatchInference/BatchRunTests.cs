using System.Buffers;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Serving.BatchInference;

namespace Anneal.Tests.Serving.BatchInference;

public sealed class BatchRunTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public void Run_ManyBatches_KeepsNoMoreAliveThanLanesAndUsesTheirMemoryAgain(int lanes)
    {
        using var folder = new TempFolder();
        using OrtModel model = Models.Open(Models.Scores(0, 0), folder);
        var source = new CountingSource(500);
        var writer = new CountingWriter(source);
        int next = 0;
        var run = new BatchRun(model, source, writer, (read, written, rejected) =>
        {
            Assert.That((read, written, rejected.Count), Is.EqualTo((8, 8, 0)));
            source.Done();
            next++;
        })
        { Batch = 8, Lanes = lanes };

        Assert.That(run.Run(CancellationToken.None), Is.True);

        Assert.That(next, Is.EqualTo(500));
        Assert.That(writer.Seen, Is.EqualTo(Enumerable.Range(0, 500).Select(i => (float)i)), "in order");
        Assert.That(source.MostAlive, Is.InRange(1, lanes));
        Assert.That(source.Opened, Is.EqualTo(lanes));
        Assert.That(writer.Answers, Has.Count.LessThanOrEqualTo(lanes), "each lane's answers lie in one tensor all the time");
    }

    /// <summary>Batches that hold their own number, counted while they are alive.</summary>
    private sealed class CountingSource(int batches) : IRowSource
    {
        private readonly int _batches = batches;
        private int _taken;
        private int _done;

        public int Opened { get; private set; }

        public int MostAlive { get; private set; }

        public long? Rows => null;

        public double Fraction => 0;

        public IReadOnlyList<string> Ignored => [];

        public IRowLane OpenLane()
        {
            lock (this)
            {
                Opened++;
                return new Lane(this);
            }
        }

        public void Done() => Interlocked.Increment(ref _done);

        public void Skip(long count) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private sealed class Lane(CountingSource source) : IRowLane
        {
            private readonly Tensor _rows = Tensor.Zeros(DType.Float, 8, 2);

            public int Take(int count)
            {
                if (source._taken == source._batches)
                {
                    return 0;
                }

                _rows.Span<float>().Fill(source._taken++);
                source.MostAlive = Math.Max(source.MostAlive, source._taken - Volatile.Read(ref source._done));
                return count;
            }

            public Tensor[] Parse(List<RejectedRow>? rejects) => [_rows];

            public void Dispose()
            {
            }
        }
    }

    private sealed class CountingWriter(CountingSource source) : IPredictionWriter
    {
        public List<float> Seen { get; } = [];

        public HashSet<Tensor> Answers { get; } = [];

        public bool IsAtBoundary => true;

        public void Encode(ReadOnlySpan<Tensor> outputs, int rows, ArrayBufferWriter<byte> into)
        {
        }

        public void Append(ReadOnlySpan<byte> encoded, ReadOnlySpan<Tensor> outputs, int rows)
        {
            Assert.That(source.MostAlive, Is.Positive);
            Seen.Add(outputs[0].Span<float>()[0]);
            Answers.Add(outputs[0]);
        }

        public void Commit()
        {
        }

        public void Finish()
        {
        }

        public void Dispose()
        {
        }
    }
}
