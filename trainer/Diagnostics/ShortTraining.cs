using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Diagnostics;

/// <summary>Some steps of a training that leave nothing behind: no file, no state.</summary>
public sealed class ShortTraining : IDisposable
{
    private readonly TrainingGraphs _graphs;
    private readonly IStepDriver _driver;
    private readonly BatchFeed _feed;
    private readonly int _rows;
    private readonly int _batch;
    private long _step;

    /// <summary>Opens the training at its first parameters.</summary>
    /// <param name="graphs">The graphs, of one batch a step.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="batch">Rows of a step; more than there are: all of them.</param>
    /// <param name="seed">The seed of their order.</param>
    public ShortTraining(TrainingGraphs graphs, IGraphRunner runner, RowSet rows, int batch, ulong seed)
    {
        _graphs = graphs;
        _rows = rows.Rows.Length;
        _batch = Math.Min(batch, _rows);
        _driver = StepDrivers.Open(graphs, runner, seed);
        _feed = new BatchFeed(rows.Features, rows.Target, rows.Rows, _batch, seed, prefetch: false, mixer: Mixer.For(graphs.Target, [], rows, seed));
    }

    /// <summary>The parameters by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => _graphs.Parameters.ToDictionary(p => p.Name, p => _driver.Read(p.Name), StringComparer.Ordinal);

    /// <summary>Takes a step.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <returns>The loss before it, and the share of rows answered rightly; 1 in a regression.</returns>
    public (double Loss, double Accuracy) Step(float rate)
    {
        int inEpoch = (int)(_step % _feed.StepsPerEpoch);
        int rows = Math.Min(_batch, _rows - (inEpoch * _batch));
        StepResult result = _driver.Run(_feed, rows, rate, ++_step);
        return (result.Loss, _graphs.HasAccuracy ? result.Correct / (double)rows : 1);
    }

    /// <summary>Ends the session.</summary>
    public void Dispose()
    {
        _feed.Dispose();
        _driver.Dispose();
    }
}
