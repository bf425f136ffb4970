using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Loop;

/// <summary>Steps whose update is part of the graph: one run of it for each batch.</summary>
internal sealed class GradientDriver(IGraphSession session, TrainingGraphs graphs) : IQueuedDriver
{
    private readonly StepSession _session = new(session, graphs);
    private readonly int _accumulate = graphs.Update.Accumulate;
    private readonly Queue<int> _begun = new();
    private Sums _early;

    // As many steps as have room for all of their batches; one whose batches have not even that is begun alone, and gives up the results of its first ones meanwhile.
    public int Ahead => _session.Ahead == 0 ? 0 : Math.Max(1, _session.Ahead / _accumulate);

    public IReadOnlyList<string> State { get; } = [.. graphs.StepState().Select(s => s.Input)];

    public Tensor Read(string name) => _session.Read(name);

    public void Write(string name, Tensor value) => _session.Write(name, value);

    public void Begin(BatchFeed feed, int rows, float rate, long step)
    {
        int batches = 0;
        foreach (Part part in new Parts(feed, rows, step, _accumulate))
        {
            if (_session.Begun == _session.Ahead)
            {
                _early.Add(_session.End());
                batches--;
            }

            _session.Begin(part.Batch, rate, part.Number, part.Share, part.IsLast);
            batches++;
        }

        _begun.Enqueue(batches);
    }

    public StepResult End()
    {
        Sums sums = _early;
        _early = default;
        for (int left = _begun.Dequeue(); left > 0; left--)
        {
            sums.Add(_session.End());
        }

        return sums.Result;
    }

    public StepResult Run(BatchFeed feed, int rows, float rate, long step)
    {
        Sums sums = default;
        foreach (Part part in new Parts(feed, rows, step, _accumulate))
        {
            _session.Run(part.Batch, rate, part.Number, part.Share, part.IsLast);
            sums.Add(_session.Result);
        }

        return sums.Result;
    }

    public Node? Trace(BatchFeed feed, int rows, float rate, long step)
    {
        foreach (Part part in new Parts(feed, rows, step, _accumulate))
        {
            if (_session.Trace(part.Batch, rate, part.Number, part.Share, part.IsLast) is { } first)
            {
                return first;
            }
        }

        return null;
    }

    public void Dispose() => _session.Dispose();

    // A batch of a step, and the share of the step's rows that it has.
    private readonly record struct Part(Batch Batch, long Number, float Share, bool IsLast);

    private struct Sums
    {
        private double _loss;
        private float _mass;
        private float _correct;
        private StepResult _only;
        private int _count;

        // The result of a single batch is given on as it is.
        public readonly StepResult Result => _count == 1 ? _only : new StepResult((float)(_loss / _mass), _mass, _correct);

        public void Add(in StepResult result)
        {
            _only = result;
            _count++;
            _loss += (double)result.Loss * result.Mass;
            _mass += result.Mass;
            _correct += result.Correct;
        }
    }

    // The batches of a step, one after another; nothing is allocated.
    private struct Parts(BatchFeed feed, int rows, long step, int accumulate)
    {
        private int _done;
        private long _number = (step - 1) * accumulate;

        public Part Current { get; private set; }

        public readonly Parts GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_done >= rows)
            {
                return false;
            }

            Batch batch = feed.Next();
            _done += batch.Rows;
            Current = new Part(batch, ++_number, (float)batch.Rows / rows, _done == rows);
            return true;
        }
    }
}
