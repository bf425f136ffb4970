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
    private const double FewSilent = 0.05;
    private const int MostAnswers = 12;
    private readonly TrainingGraphs _graphs;
    private readonly StepSession _step;
    private readonly RowSet _watched;
    private readonly BatchFeed _feed;
    private readonly Batch _batch;
    private readonly Evaluator _sample;
    private readonly RowSet? _asked;
    private readonly Evaluator? _answers;

    /// <summary>Prepares to look.</summary>
    /// <param name="graphs">The model's graphs.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The training rows, from which up to 256 are drawn that metrics are over; the step takes these, or fewer of them where a row's values are large.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="heldOut">Rows that are not trained on, from which up to twelve are drawn whose answers are recorded; null or none for no answers.</param>
    public Probe(TrainingGraphs graphs, IGraphRunner runner, RowSet rows, ulong seed, RowSet? heldOut = null)
    {
        _graphs = graphs;
        long bytes = graphs.Signals.Sum(s => BytesOfRow(s.Output.Type));
        int count = (int)Math.Clamp(MostBytes / Math.Max(1, bytes), LeastRows, Math.Min(MostRows, Math.Max(LeastRows, rows.Rows.Length)));
        _watched = Drawn(rows, count, seed, "probe");
        _feed = BatchFeed.InOrder(_watched, graphs.Target);
        _batch = _feed.Next();
        _sample = new Evaluator(graphs, runner, Drawn(rows, MostRows, seed, "probe"));
        _asked = heldOut is { Rows.Length: > 0 } ? Drawn(heldOut, MostAnswers, seed, "probe/answers") : null;
        _answers = _asked is null ? null : new Evaluator(graphs, runner, _asked);
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
        var record = new MonitorRecord(
            epoch,
            step,
            _batch.Rows,
            _step.Result.Loss,
            hasGradients ? Math.Sqrt(parameters.Sum(p => p.Gradient!.Norm * p.Gradient.Norm)) : null,
            parameters,
            [.. _graphs.Signals.Select(Describe)]);
        return record with { TrainSample = _sample.Evaluate(before).Metrics, SilentLoss = SilentLoss(rate, step), Answers = Answers(before) };
    }

    /// <summary>Ends the session.</summary>
    public void Dispose()
    {
        _feed.Dispose();
        _step.Dispose();
        _sample.Dispose();
        _answers?.Dispose();
    }

    private static RowSet Drawn(RowSet rows, int count, ulong seed, string purpose)
    {
        int[] order = Permutation.Of(seed, purpose, 0, rows.Rows.Length);
        return rows with { Rows = [.. order.Take(count).Order().Select(i => rows.Rows[i])] };
    }

    // The rows fill a batch of the same size, over and over, since another size would be another plan.
    private double? SilentLoss(float rate, long step)
    {
        if (_graphs.Signals is not [.., { Gradient: { } gradient }] || UnitActivity.SilentRows(Output(gradient)) is not { } silent || silent.Length <= FewSilent * _batch.Rows)
        {
            return null;
        }

        RowSet filled = _watched with { Rows = [.. Enumerable.Range(0, _batch.Rows).Select(i => _watched.Rows[silent[i % silent.Length]])] };
        using BatchFeed feed = BatchFeed.InOrder(filled, _graphs.Target);
        _step.Run(feed.Next(), rate, step + 1);
        return _step.Result.Loss;
    }

    private RowAnswer[] Answers(Dictionary<string, Tensor> parameters)
    {
        if (_answers is null)
        {
            return [];
        }

        Tensor scores = _answers.Evaluate(parameters).Answers.Scores;
        return [.. _asked!.Rows.Select((row, i) => new RowAnswer(row, scores.Rows(i, 1).Span<float>().ToArray()))];
    }

    private ParameterRecord Describe(string name, Tensor weights)
    {
        int next = _step.IndexOf(name + TrainingGraphs.NextSuffix);
        return new ParameterRecord(
            name,
            TensorStatistics.Of(weights.Span<float>()),
            _graphs.Gradients.TryGetValue(name, out ValueInfo? gradient) ? TensorStatistics.Of(Output(gradient).Span<float>()) : null,
            next < 0 ? null : TensorStatistics.Distance(weights.Span<float>(), _step.Fetch(next).Span<float>()));
    }

    private LayerRecord Describe(Signal signal)
    {
        Tensor output = Output(signal.Output);
        Tensor? gradient = signal.Gradient is { } value ? Output(value) : null;
        return new LayerRecord(
            signal.Layer,
            TensorStatistics.Of(output.Span<float>()),
            gradient is null ? null : TensorStatistics.Of(gradient.Span<float>()),
            gradient is null ? 0 : UnitActivity.SilentRows(gradient).Length / (double)gradient.Shape[0],
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
}
