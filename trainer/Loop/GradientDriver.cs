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

    public int Ahead => _accumulate == 1 ? _session.Ahead : 0;

    public IReadOnlyList<string> State { get; } = [.. graphs.StepState().Select(s => s.Input)];

    public Tensor Read(string name) => _session.Read(name);

    public void Write(string name, Tensor value) => _session.Write(name, value);

    public void Begin(BatchFeed feed, float rate, long step) => _session.Begin(feed.Next(), rate, step);

    public StepResult End() => _session.End();

    public StepResult Run(BatchFeed feed, int rows, float rate, long step)
    {
        if (_accumulate == 1)
        {
            _session.Run(feed.Next(), rate, step);
            return _session.Result;
        }

        double loss = 0;
        float mass = 0;
        float correct = 0;
        int done = 0;
        for (long number = ((step - 1) * _accumulate) + 1; done < rows; number++)
        {
            Batch batch = feed.Next();
            done += batch.Rows;
            float share = (float)batch.Rows / rows;
            _session.Run(batch, rate, number, share, done == rows);
            StepResult result = _session.Result;
            loss += (double)result.Loss * result.Mass;
            mass += result.Mass;
            correct += result.Correct;
        }

        return new StepResult((float)(loss / mass), mass, correct);
    }

    public Node? Trace(BatchFeed feed, int rows, float rate, long step)
    {
        int done = 0;
        Node? first = null;
        for (long number = ((step - 1) * _accumulate) + 1; done < rows && first is null; number++)
        {
            Batch batch = feed.Next();
            done += batch.Rows;
            first = _session.Trace(batch, rate, number, (float)batch.Rows / rows, done == rows);
        }

        return first;
    }

    public void Dispose() => _session.Dispose();
}
