using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Report;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Bench;

/// <summary>Times training steps: twenty random batches in turn, the fastest of five slices counts.</summary>
internal sealed class StepBench
{
    private const int Batches = 20;
    private const int Slices = 5;
    private const int WarmUp = 10;

    private readonly Tensor[][] _feeds;
    private readonly Tensor _step = Tensor.Scalar(0L);
    private readonly TrainingGraphs _graphs;

    public StepBench(StepCase @case)
    {
        Case = @case;
        _graphs = @case.Build();
        _feeds = new Tensor[Batches][];
    }

    /// <summary>The case.</summary>
    public StepCase Case { get; }

    /// <summary>The step that is measured.</summary>
    public Model Step => _graphs.Step;

    /// <summary>The case's graphs.</summary>
    public TrainingGraphs Graphs => _graphs;

    /// <summary>The value of an input.</summary>
    /// <param name="name">The input.</param>
    /// <param name="batch">The batch, from 0.</param>
    /// <param name="step">The step's number, from 1.</param>
    public Tensor Feed(string name, int batch, long step)
    {
        _step.Span<long>()[0] = step;
        return Feed(name, batch);
    }

    /// <summary>Measures one engine.</summary>
    /// <param name="runner">The engine.</param>
    /// <param name="threads">Its threads, for the report.</param>
    /// <param name="seconds">Time to spend, in seconds.</param>
    /// <param name="cancel">Ends the measurement.</param>
    public StepReport Measure(IGraphRunner runner, int threads, double seconds, CancellationToken cancel)
    {
        using IGraphSession session = runner.Open(_graphs.Step, _graphs.StepState());
        var steps = new Steps(session);
        for (int b = 0; b < Batches; b++)
        {
            _feeds[b] = [.. session.Feeds.Select(f => Feed(f.Name, b))];
        }

        long done = 0;
        for (int i = 0; i < WarmUp; i++)
        {
            RunStep(steps, i, ++done);
        }

        double best = double.PositiveInfinity;
        for (int slice = 0; slice < Slices; slice++)
        {
            int n = 0;
            steps.TakeAll();
            long start = Stopwatch.GetTimestamp();
            while (n == 0 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds / Slices)
            {
                cancel.ThrowIfCancellationRequested();
                RunStep(steps, n++, ++done);
            }

            steps.TakeAll();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / n);
        }

        return new StepReport(Case.Name, runner.Name, Case.Batch, threads, best * 1e3, Case.Batch / best, Machine.PeakResidentMb);
    }

    private void RunStep(Steps steps, int batch, long step)
    {
        _step.Span<long>()[0] = step;
        steps.Run(_feeds[batch % Batches]);
    }

    private Tensor Feed(string name, int batch) => name switch
    {
        StepCase.Input => Case.Features(Case.Batch, batch),
        TrainingGraphs.TargetInput => StepCase.Targets(Case.Batch, batch),
        TrainingGraphs.RateInput => Tensor.Scalar(StepCase.Rate),
        TrainingGraphs.StepInput => _step,
        _ => throw new InvalidOperationException($"the step graph of '{Case.Name}' asks for '{name}'"),
    };

    // As training runs them: where the engine takes steps ahead they are begun ahead, and the older half of their results is taken when no more may wait.
    private sealed class Steps(IGraphSession session)
    {
        private readonly IQueuedSession? _queued = session is IQueuedSession { Capacity: > 0 } queued ? queued : null;
        private readonly Tensor?[] _fetches = new Tensor?[session.Fetches.Count];
        private int _waiting;

        public void Run(Tensor[] feeds)
        {
            if (_queued is null)
            {
                session.Run(feeds, _fetches);
                return;
            }

            if (_waiting == _queued.Capacity)
            {
                Take(_queued.Capacity / 2);
            }

            _queued.Enqueue(feeds);
            _waiting++;
        }

        public void TakeAll() => Take(0);

        private void Take(int left)
        {
            for (; _waiting > left; _waiting--)
            {
                _queued!.Dequeue(_fetches);
            }
        }
    }
}
