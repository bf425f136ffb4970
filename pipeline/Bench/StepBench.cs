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

    private readonly StepCase _case;
    private readonly Tensor[][] _feeds;
    private readonly Tensor _step = Tensor.Scalar(0L);
    private readonly TrainingGraphs _graphs;

    public StepBench(StepCase @case)
    {
        _case = @case;
        _graphs = @case.Build();
        _feeds = new Tensor[Batches][];
    }

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
        var fetches = new Tensor?[session.Fetches.Count];
        for (int b = 0; b < Batches; b++)
        {
            _feeds[b] = [.. session.Feeds.Select(f => Feed(f.Name, b))];
        }

        long done = 0;
        for (int i = 0; i < WarmUp; i++)
        {
            RunStep(session, fetches, i, ++done);
        }

        double best = double.PositiveInfinity;
        for (int slice = 0; slice < Slices; slice++)
        {
            int n = 0;
            long start = Stopwatch.GetTimestamp();
            while (n == 0 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds / Slices)
            {
                cancel.ThrowIfCancellationRequested();
                RunStep(session, fetches, n++, ++done);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / n);
        }

        return new StepReport(_case.Name, runner.Name, _case.Batch, threads, best * 1e3, _case.Batch / best, Machine.PeakResidentMb);
    }

    private void RunStep(IGraphSession session, Tensor?[] fetches, int batch, long step)
    {
        _step.Span<long>()[0] = step;
        session.Run(_feeds[batch % Batches], fetches);
    }

    private Tensor Feed(string name, int batch) => name switch
    {
        StepCase.Input => _case.Features(_case.Batch, batch),
        TrainingGraphs.TargetInput => StepCase.Targets(_case.Batch, batch),
        TrainingGraphs.RateInput => Tensor.Scalar(StepCase.Rate),
        TrainingGraphs.StepInput => _step,
        _ => throw new InvalidOperationException($"the step graph of '{_case.Name}' asks for '{name}'"),
    };
}
