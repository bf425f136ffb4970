using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
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
    private readonly IGraphSession _session;
    private readonly TrainingStep _step;
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
        _feed = new BatchFeed(rows.Features, rows.Target, watched, watched.Length, seed: null, prefetch: false);
        _batch = _feed.Next();
        _session = runner.Open(
            ModelOf(graphs),
            [.. graphs.StepState().Select(s => s with { Output = "" })]);
        _step = new TrainingStep(_session, graphs);
    }

    /// <summary>Looks at a training session's state.</summary>
    /// <param name="training">The session; it is only read.</param>
    /// <param name="epoch">Epochs that are complete.</param>
    /// <param name="step">Steps done in all.</param>
    /// <param name="rate">The learning rate.</param>
    /// <returns>What there is to see.</returns>
    public MonitorRecord Look(IGraphSession training, int epoch, long step, float rate)
    {
        var before = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (StateBinding state in _graphs.StepState())
        {
            before[state.Input] = training.ReadState(state.Input);
            _session.WriteState(state.Input, before[state.Input]);
        }

        _step.Run(_batch, rate, step + 1);
        ParameterRecord[] parameters =
        [
            .. _graphs.Parameters.Where(p => p.IsTrained).Select(p => new ParameterRecord(
                p.Name,
                TensorStatistics.Of(before[p.Name].Span<float>()),
                TensorStatistics.Of(_step.Output(_graphs.Gradients[p.Name].Name).Span<float>()),
                Distance(before[p.Name].Span<float>(), _step.Output(p.Name + TrainingGraphs.NextSuffix).Span<float>()))),
        ];
        LayerRecord[] layers = [.. _graphs.Signals.Select(Describe)];
        double norm = Math.Sqrt(parameters.Sum(p => p.Gradient.Norm * p.Gradient.Norm));
        return new MonitorRecord(epoch, step, _batch.Rows, _step.Loss, norm, parameters, layers);
    }

    /// <summary>Ends the session.</summary>
    public void Dispose()
    {
        _feed.Dispose();
        _session.Dispose();
    }

    private LayerRecord Describe(Signal signal)
    {
        Tensor output = _step.Output(signal.Output.Name);
        Tensor gradient = _step.Output(signal.Gradient.Name);
        return new LayerRecord(
            signal.Layer,
            TensorStatistics.Of(output.Span<float>()),
            TensorStatistics.Of(gradient.Span<float>()),
            UnitActivity.SilentRows(gradient),
            UnitActivity.Dead(signal.Activation, output),
            UnitActivity.Saturated(signal.Activation, output));
    }

    private static Model ModelOf(TrainingGraphs graphs)
    {
        Graph step = graphs.Step.Graph;
        HashSet<string> names = [.. step.Outputs.Select(o => o.Name)];
        IEnumerable<ValueInfo> watched = graphs.Signals.SelectMany(s => (ValueInfo[])[s.Output, s.Gradient]).Concat(graphs.Gradients.Values);
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
