using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Monitors;

/// <summary>Looks into a model between epochs: one step on rows that stay the same, whose result is thrown away.</summary>
/// <remarks>It runs the training step itself, with the values that are watched as outputs more, in a session of its own: the training is what it is without.</remarks>
public sealed class Probe : IDisposable
{
    private const int MostRows = 256;
    private const int LeastRows = 8;
    private const long MostBytes = 64L << 20;
    private readonly TrainingGraphs _graphs;
    private readonly StepSession _step;
    private readonly BatchFeed _feed;
    private readonly Batch _batch;

    /// <summary>Prepares to look.</summary>
    /// <param name="graphs">The model's graphs.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The training rows, from which the watched ones are drawn: up to 256, fewer where a row's values are large.</param>
    /// <param name="seed">The run's seed.</param>
    public Probe(TrainingGraphs graphs, IGraphRunner runner, RowSet rows, ulong seed)
    {
        _graphs = graphs;
        long bytes = graphs.Signals.Sum(s => BytesOfRow(s.Output.Type));
        int count = (int)Math.Clamp(MostBytes / Math.Max(1, bytes), LeastRows, Math.Min(MostRows, Math.Max(LeastRows, rows.Rows.Length)));
        int[] order = Permutation.Of(seed, "probe", 0, rows.Rows.Length);
        int[] watched = [.. order.Take(count).Order().Select(i => rows.Rows[i])];
        _feed = new BatchFeed(rows.Features, rows.Target, watched, watched.Length, seed: null, prefetch: false, mixer: Mixer.For(graphs.Target, [], rows, seed));
        _batch = _feed.Next();
        IGraphSession session = runner.Open(ModelOf(graphs), [.. graphs.StepState().Select(s => s with { Output = "" })]);
        _step = new StepSession(session, graphs);
    }

    /// <summary>Looks at a training's state.</summary>
    /// <param name="training">The training; it is only read.</param>
    /// <param name="epoch">Epochs that are complete.</param>
    /// <param name="step">Steps done in all.</param>
    /// <param name="rate">The learning rate.</param>
    /// <returns>What there is to see.</returns>
    internal MonitorRecord Look(IStepDriver training, int epoch, long step, float rate)
    {
        var before = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (StateBinding state in _graphs.StepState())
        {
            before[state.Input] = training.Read(state.Input);
            _step.Write(state.Input, before[state.Input]);
        }

        _step.Run(_batch, rate, step + 1);
        ParameterRecord[] parameters = [.. _graphs.Parameters.Where(_graphs.Update.Changes).Select(p => Describe(p.Name, before[p.Name]))];
        bool hasGradients = parameters.All(p => p.Gradient is not null);
        return new MonitorRecord(
            epoch,
            step,
            _batch.Rows,
            _step.Result.Loss,
            hasGradients ? Math.Sqrt(parameters.Sum(p => p.Gradient!.Norm * p.Gradient.Norm)) : null,
            parameters,
            [.. _graphs.Signals.Select(Describe)]);
    }

    /// <summary>Ends the session.</summary>
    public void Dispose()
    {
        _feed.Dispose();
        _step.Dispose();
    }

    private ParameterRecord Describe(string name, Tensor weights)
    {
        int next = _step.IndexOf(name + TrainingGraphs.NextSuffix);
        return new ParameterRecord(
            name,
            TensorStatistics.Of(weights.Span<float>()),
            _graphs.Gradients.TryGetValue(name, out ValueInfo? gradient) ? TensorStatistics.Of(Output(gradient).Span<float>()) : null,
            next < 0 ? null : Distance(weights.Span<float>(), _step.Fetch(next).Span<float>()));
    }

    private LayerRecord Describe(Signal signal)
    {
        Tensor output = Output(signal.Output);
        Tensor? gradient = signal.Gradient is { } value ? Output(value) : null;
        return new LayerRecord(
            signal.Layer,
            TensorStatistics.Of(output.Span<float>()),
            gradient is null ? null : TensorStatistics.Of(gradient.Span<float>()),
            gradient is null ? 0 : UnitActivity.SilentRows(gradient),
            UnitActivity.Dead(signal.Activation, output),
            UnitActivity.Saturated(signal.Activation, output));
    }

    private Tensor Output(ValueInfo value) => _step.Fetch(_step.IndexOf(value.Name));

    private static Model ModelOf(TrainingGraphs graphs)
    {
        Graph step = graphs.Step.Graph;
        HashSet<string> names = [.. step.Outputs.Select(o => o.Name)];
        IEnumerable<ValueInfo> watched = graphs.Signals.SelectMany(s => s.Gradient is { } gradient ? (ValueInfo[])[s.Output, gradient] : [s.Output]).Concat(graphs.Gradients.Values);
        return graphs.Step with { Graph = step with { Outputs = [.. step.Outputs, .. watched.Where(w => names.Add(w.Name))] } };
    }

    private static long BytesOfRow(TensorType type) =>
        2 * type.Type.Size() * type.Shape!.Value.Dims.Skip(1).Aggregate(1L, (product, dim) => checked(product * (dim.IsKnown ? dim.Size : 1)));

    private static double Distance(ReadOnlySpan<float> before, ReadOnlySpan<float> after)
    {
        double squares = 0;
        for (int i = 0; i < before.Length; i++)
        {
            double change = (double)after[i] - before[i];
            squares += change * change;
        }

        return Math.Sqrt(squares);
    }
}
