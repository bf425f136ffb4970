using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Compare;

/// <summary>Takes the same training steps on several engines, each step on all of them from the state of the first.</summary>
internal sealed class LockStep
{
    // Below this share of the largest gradient, or below the tolerance's of its own tensor, a gradient has no sign that engines need agree on.
    private const double Rounding = 1e-6;
    private const double LeastScale = 1e-3;

    private readonly TrainingGraphs _graphs;
    private readonly IReadOnlyList<StateBinding> _state;
    private readonly IReadOnlyList<IGraphRunner> _runners;
    private readonly double _tolerance;
    private readonly SortedDictionary<string, (List<double> Differences, long Undetermined)> _rows = new(StringComparer.Ordinal);
    private LockStepReport.Breach? _first;

    /// <summary>Prepares the comparison.</summary>
    /// <param name="graphs">The model's graphs.</param>
    /// <param name="runners">The engines, at least two.</param>
    /// <param name="tolerance">The largest difference that passes, as a share of a tensor's scale.</param>
    public LockStep(TrainingGraphs graphs, IReadOnlyList<IGraphRunner> runners, double tolerance)
    {
        _graphs = graphs;
        _state = graphs.StepState();
        _runners = runners;
        _tolerance = tolerance;
    }

    /// <summary>Takes the steps.</summary>
    /// <param name="subject">What is compared, for the report.</param>
    /// <param name="steps">How many.</param>
    /// <param name="feed">The value of an input in a step, from 1.</param>
    /// <param name="cancel">Ends it.</param>
    public LockStepReport Run(string subject, int steps, Func<string, int, Tensor> feed, CancellationToken cancel)
    {
        IGraphSession[] sessions = [.. _runners.Select(r => r.Open(_graphs.Step, _state))];
        using IGraphSession gradients = OpenGradients();
        try
        {
            for (int step = 1; step <= steps; step++)
            {
                cancel.ThrowIfCancellationRequested();
                Take(sessions, gradients, step, feed);
            }
        }
        finally
        {
            Array.ForEach(sessions, s => s.Dispose());
        }

        LockStepReport.Compared[] rows = [.. _rows.Select(r => new LockStepReport.Compared(r.Key, r.Value.Differences, r.Value.Undetermined))];
        return new LockStepReport(subject, [.. _runners.Select(r => r.Name)], steps, _tolerance, _first is null, _first, rows);
    }

    private void Take(IGraphSession[] sessions, IGraphSession gradients, int step, Func<string, int, Tensor> feed)
    {
        var before = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (StateBinding state in _state)
        {
            Tensor value = sessions[0].ReadState(state.Input);
            before.Add(state.Input, value);
            foreach (IGraphSession other in sessions.Skip(1).Append(gradients))
            {
                other.WriteState(state.Input, value);
            }
        }

        Dictionary<string, Tensor> feeds = sessions[0].Feeds.ToDictionary(f => f.Name, f => feed(f.Name, step), StringComparer.Ordinal);
        Dictionary<string, bool[]> undetermined = Undetermined(gradients, feeds);
        Dictionary<string, Tensor>[] results = [.. sessions.Select(s => RunOn(s, feeds))];
        Dictionary<string, double> largest = results[0].ToDictionary(r => r.Key, r => Largest(r.Value), StringComparer.Ordinal);
        Dictionary<string, double> byKind = largest.GroupBy(l => KindOf(l.Key), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Max(l => l.Value), StringComparer.Ordinal);
        foreach ((string name, Tensor reference) in results[0])
        {
            double scale = Math.Max(Math.Max(largest[name], LeastScale * byKind[KindOf(name)]), double.Epsilon);
            bool[]? left = undetermined.GetValueOrDefault(name);
            double most = 0;
            for (int engine = 1; engine < sessions.Length; engine++)
            {
                double difference = Difference(reference, results[engine][name], left) / scale;
                most = double.IsNaN(difference) || difference > most ? difference : most;
                if (!(difference <= _tolerance))
                {
                    _first ??= new LockStepReport.Breach(step, name, _runners[engine].Name, difference, KinkCount.Of(_graphs, (_runners[0], _runners[engine]), before, feeds));
                }
            }

            (List<double> differences, long count) = _rows.GetValueOrDefault(name, ([], 0));
            differences.Add(most);
            _rows[name] = (differences, count + (left?.LongCount(l => l) ?? 0));
        }
    }

    private Dictionary<string, Tensor> RunOn(IGraphSession session, Dictionary<string, Tensor> feeds)
    {
        Dictionary<string, Tensor> results = session.Run(feeds);
        foreach (StateBinding state in _state.Where(s => s.Output.Length > 0))
        {
            results.Add(state.Input, session.ReadState(state.Input));
        }

        return results;
    }

    // The step as it is trained gives no gradients, which kernels may never write down: another session of the first engine does.
    private IGraphSession OpenGradients()
    {
        Graph graph = _graphs.Step.Graph;
        ValueInfo[] more = [.. _graphs.Gradients.Values.Where(g => graph.Outputs.All(o => o.Name != g.Name)).DistinctBy(g => g.Name)];
        return _runners[0].Open(_graphs.Step with { Graph = graph with { Outputs = [.. graph.Outputs, .. more] } }, [.. _state.Select(s => s with { Output = "" })]);
    }

    private Dictionary<string, bool[]> Undetermined(IGraphSession session, Dictionary<string, Tensor> feeds)
    {
        Dictionary<string, Tensor> byName = session.Run(feeds);
        Dictionary<string, Tensor> gradients = _graphs.Gradients.ToDictionary(g => g.Key, g => byName[g.Value.Name], StringComparer.Ordinal);
        double rounding = Rounding * gradients.Values.Select(Largest).DefaultIfEmpty(0).Max();
        return gradients.ToDictionary(g => g.Key, g => Small(g.Value, Math.Max(rounding, _tolerance * Largest(g.Value))), StringComparer.Ordinal);
    }

    private static bool[] Small(Tensor gradient, double floor) => [.. gradient.Span<float>().ToArray().Select(v => Math.Abs(v) <= floor)];

    private string KindOf(string name) => _graphs.Parameters.Any(p => p.Name == name) ? ""
        : _graphs.Parameters.FirstOrDefault(p => name.StartsWith(p.Name + ".", StringComparison.Ordinal)) is { } owner ? name[owner.Name.Length..]
        : name;

    private static double Largest(Tensor tensor) => tensor.Type == DType.Float && tensor.Length > 0 ? Math.Abs(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<float>(tensor.Span<float>())) : 0;

    // Infinite where one side is not finite and the other is not the same.
    private static double Difference(Tensor a, Tensor b, bool[]? left)
    {
        ReadOnlySpan<float> x = a.Span<float>();
        ReadOnlySpan<float> y = b.Span<float>();
        double most = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (left?[i] != true && !x[i].Equals(y[i]))
            {
                double difference = Math.Abs((double)x[i] - y[i]);
                most = double.IsFinite(difference) ? Math.Max(most, difference) : double.PositiveInfinity;
            }
        }

        return most;
    }
}
