using Anneal.Onnx;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Loop;

/// <summary>Evaluates parameters on a fixed set of rows.</summary>
public sealed class Evaluator : IDisposable
{
    private const int BatchRows = 1000;
    private readonly TrainingGraphs _graphs;
    private readonly IGraphSession _session;
    private readonly RowSet _set;
    private readonly int[] _rows;
    private readonly Tensor _truth;

    /// <summary>Prepares the evaluation.</summary>
    /// <param name="graphs">The model's graphs.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The rows.</param>
    public Evaluator(TrainingGraphs graphs, IGraphRunner runner, RowSet rows)
    {
        _graphs = graphs;
        _set = rows;
        _rows = rows.Rows;
        _truth = Tensor.Zeros(rows.Target.Type, [_rows.Length, .. rows.Target.Shape[1..]]);
        for (int i = 0; i < _rows.Length; i++)
        {
            rows.Target.Rows(_rows[i], 1).CopyTo(_truth.Rows(i, 1));
        }

        _session = runner.Open(graphs.Evaluation, graphs.EvaluationState());
    }

    /// <summary>The number of rows.</summary>
    public int Rows => _rows.Length;

    /// <summary>Evaluates.</summary>
    /// <param name="parameters">The parameters by name.</param>
    /// <returns>Metrics and outputs.</returns>
    public Evaluation Evaluate(IReadOnlyDictionary<string, Tensor> parameters)
    {
        foreach (Parameter parameter in _graphs.Parameters)
        {
            _session.WriteState(parameter.Name, parameters[parameter.Name]);
        }

        string[] feedNames = [.. _session.Feeds.Select(f => f.Name)];
        string[] fetchNames = [.. _session.Fetches.Select(f => f.Name)];
        var feeds = new Tensor[feedNames.Length];
        var fetches = new Tensor?[fetchNames.Length];
        int[] featureAt = [.. feedNames.Select(name => _graphs.BatchInputs.ToList().IndexOf(name))];
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
        var answers = new Answers(_graphs.Target.Answers, outputs, _truth, _graphs.Target.Metrics);
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
