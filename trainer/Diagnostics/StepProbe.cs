using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Diagnostics;

/// <summary>A step's loss, penalty and gradients in double precision on fixed rows, as functions of the parameters. Random masks are those of step 1.</summary>
public sealed class StepProbe : IDisposable
{
    private readonly IGraphSession _values;
    private readonly IGraphSession _gradients;
    private readonly Dictionary<string, Tensor> _feeds;
    private readonly Tensor?[] _fetches;

    /// <summary>Opens the step at its first parameters.</summary>
    /// <param name="graphs">Graphs whose step gives gradients, as that of an optimizer that is no update rule does.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The rows.</param>
    /// <exception cref="AnnealException">An op of the step does not run in double precision.</exception>
    public StepProbe(TrainingGraphs graphs, IGraphRunner runner, RowSet rows)
        : this(graphs, graphs.Step, runner, rows)
    {
    }

    internal StepProbe(TrainingGraphs graphs, Model step, IGraphRunner runner, RowSet rows)
    {
        Model wide = DoublePrecision.Apply(step);
        Parameters = graphs.Parameters.ToDictionary(p => p.Name, p => DoublePrecision.Of(p.Initial.Clone()), StringComparer.Ordinal);
        _gradients = runner.Open(Giving(wide, n => n.EndsWith(UpdateGraph.Gradient, StringComparison.Ordinal)), []);
        _values = runner.Open(Giving(wide, n => n is TrainingGraphs.LossOutput or UpdateGraph.Objective), []);
        _fetches = new Tensor?[_values.Fetches.Count];
        using var feed = BatchFeed.InOrder(rows, graphs.Target);
        Batch batch = feed.Next();
        _feeds = graphs.BatchInputs.Zip(batch.Features, (n, t) => KeyValuePair.Create(n, DoublePrecision.Of(t)))
            .Append(KeyValuePair.Create(TrainingGraphs.TargetInput, DoublePrecision.Of(batch.Target)))
            .Append(KeyValuePair.Create(TrainingGraphs.RateInput, Tensor.Scalar(0.0)))
            .Append(KeyValuePair.Create(TrainingGraphs.StepInput, Tensor.Scalar(1L)))
            .Concat(Parameters)
            .ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>The parameters, double; the next value is taken where they are then.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters { get; }

    /// <summary>The loss without the penalty, and the penalty; 0 where the step has none.</summary>
    public (double Loss, double Penalty) Value()
    {
        _values.Run([.. _values.Feeds.Select(f => _feeds[f.Name])], _fetches);
        int loss = _values.Fetches.ToList().FindIndex(f => f.Name == TrainingGraphs.LossOutput);
        double value = _fetches[loss]!.Span<double>()[0];
        return (value, _fetches.Length == 1 ? 0 : _fetches[1 - loss]!.Span<double>()[0] - value);
    }

    /// <summary>The gradient of loss and penalty by the parameter's name.</summary>
    public IReadOnlyDictionary<string, double[]> Gradients()
    {
        var fetches = new Tensor?[_gradients.Fetches.Count];
        _gradients.Run([.. _gradients.Feeds.Select(f => _feeds[f.Name])], fetches);
        return _gradients.Fetches.Select((f, i) => KeyValuePair.Create(f.Name[..^UpdateGraph.Gradient.Length], fetches[i]!.Span<double>().ToArray())).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Ends the sessions.</summary>
    public void Dispose()
    {
        _values.Dispose();
        _gradients.Dispose();
    }

    private static Model Giving(Model model, Func<string, bool> isWanted) =>
        model with { Graph = DeadNodes.Apply(model.Graph with { Outputs = [.. model.Graph.Outputs.Where(o => isWanted(o.Name))] }) };
}
