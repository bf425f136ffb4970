using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Loop;

/// <summary>Evaluates parameters on a fixed set of rows.</summary>
public sealed class Evaluator : IDisposable
{
    // The activations of more rows of a convolutional net leave the caches, and a row then takes several times as long.
    private const int BatchRows = 64;

    private readonly TargetSpec _target;
    private readonly IReadOnlyList<string> _inputs;
    private readonly IReadOnlyList<StateBinding> _state;
    private readonly IGraphSession _session;
    private readonly RowSet _set;
    private readonly int[] _rows;
    private readonly Tensor _truth;

    /// <summary>Prepares the evaluation.</summary>
    /// <param name="graphs">The model's graphs.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The rows.</param>
    public Evaluator(TrainingGraphs graphs, IGraphRunner runner, RowSet rows)
        : this(graphs.Evaluation, graphs.EvaluationState(), graphs.BatchInputs, graphs.Target, runner, rows)
    {
    }

    /// <summary>Prepares the evaluation of a model that is deployed already: the loss is the one that its answers tell.</summary>
    /// <param name="deployed">Raw rows to answers; all parameters are inside.</param>
    /// <param name="inputs">The raw inputs' names, in the order of the rows' features; the rows' weight last, where there is one.</param>
    /// <param name="target">What the model was trained towards.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The raw rows.</param>
    public Evaluator(Graph deployed, IReadOnlyList<string> inputs, TargetSpec target, IGraphRunner runner, RowSet rows)
        : this(TrainingGraphs.EvaluationOf(deployed, target), [], [.. inputs, .. target.IsWeighted ? (string[])[TrainingGraphs.WeightInput] : []], target, runner, rows)
    {
    }

    private Evaluator(Model evaluation, IReadOnlyList<StateBinding> state, IReadOnlyList<string> inputs, TargetSpec target, IGraphRunner runner, RowSet rows)
    {
        _target = target;
        _inputs = inputs;
        _state = state;
        _set = rows;
        _rows = rows.Rows;
        _truth = rows.Target.Take(_rows);
        _session = runner.Open(evaluation, state);
    }

    /// <summary>The number of rows.</summary>
    public int Rows => _rows.Length;

    /// <summary>Evaluates.</summary>
    /// <param name="parameters">The parameters by name; none where the model holds them.</param>
    /// <returns>Metrics and outputs.</returns>
    public Evaluation Evaluate(IReadOnlyDictionary<string, Tensor> parameters)
    {
        foreach (StateBinding parameter in _state)
        {
            _session.WriteState(parameter.Input, parameters[parameter.Input]);
        }

        string[] feedNames = [.. _session.Feeds.Select(f => f.Name)];
        string[] fetchNames = [.. _session.Fetches.Select(f => f.Name)];
        var feeds = new Tensor[feedNames.Length];
        var fetches = new Tensor?[fetchNames.Length];
        int[] featureAt = [.. feedNames.Select(name => _inputs.ToList().IndexOf(name))];
        int massAt = Array.IndexOf(fetchNames, TrainingGraphs.MassOutput);
        var outputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        double loss = 0;
        double mass = 0;
        int done = 0;
        using var feed = BatchFeed.InOrder(_set, batchSize: BatchRows);
        while (done < _rows.Length)
        {
            Batch batch = feed.Next();
            for (int i = 0; i < feeds.Length; i++)
            {
                feeds[i] = featureAt[i] < 0 ? batch.Target : batch.Features[featureAt[i]];
            }

            _session.Run(feeds, fetches);
            double weight = massAt < 0 ? batch.Rows : fetches[massAt]!.Span<float>()[0];
            mass += weight;
            for (int i = 0; i < fetches.Length; i++)
            {
                Tensor value = fetches[i]!;
                switch (fetchNames[i])
                {
                    case TrainingGraphs.LossOutput:
                        loss += value.Span<float>()[0] * weight;
                        break;
                    case TrainingGraphs.MassOutput:
                        break;
                    default:
                        Gather(outputs, fetchNames[i], value, done);
                        break;
                }
            }

            done += batch.Rows;
        }

        return Judge(loss / mass, outputs);
    }

    /// <summary>Ends the session.</summary>
    public void Dispose() => _session.Dispose();

    private Evaluation Judge(double loss, Dictionary<string, Tensor> outputs)
    {
        var answers = new Answers(_target.Answers, outputs, _truth, _target.Metrics);
        var metrics = new Metrics { [Metrics.Loss] = loss };
        foreach ((string name, double value) in MetricTable.Compute(answers))
        {
            metrics.Add(name, value);
        }

        return new Evaluation(metrics, outputs, answers);
    }

    private void Gather(Dictionary<string, Tensor> outputs, string name, Tensor value, int start)
    {
        if (!outputs.TryGetValue(name, out Tensor? all))
        {
            all = Tensor.Zeros(value.Type, [_rows.Length, .. value.Shape[1..]]);
            outputs.Add(name, all);
        }

        value.CopyTo(all.Rows(start, value.Shape[0]));
    }
}
