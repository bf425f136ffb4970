using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;
using Anneal.Trainer.Schedules;
using Evaluator = Anneal.Trainer.Loop.Evaluator;

namespace Anneal.Tests.Loop;

/// <summary>A small problem and the loops that train on it: 230 rows, 200 of them to train on in batches of 32, 30 to validate on.</summary>
internal sealed class Trained : IDisposable
{
    private readonly SimdRunner _runner = new(2);
    private readonly TempFolder _folder = new();

    public Trained(float dropout = 0.2f, UpdateSettings? settings = null)
    {
        Graphs = Networks.Mlp(8, [16, 3], dropout, settings);
        (Tensor features, Tensor target) = Networks.Rows(230, 8, 3);
        Rows = new RowSet([features], target, [.. Enumerable.Range(0, 200)]);
        Validation = new RowSet([features], target, [.. Enumerable.Range(200, 30)]);
    }

    public const int StepsPerEpoch = 7;

    public TrainingGraphs Graphs { get; }

    public RowSet Rows { get; }

    public RowSet Validation { get; }

    public static LoopOptions Options(int epochs, float rate = 0.01f) =>
        new(Seed: 3, Batch: 32, epochs, new Schedule.Constant(rate), EarlyStopping: null, CheckpointEvery: 1, KeepCheckpoints: 3);

    public CheckpointStore Store(string name) => new(_folder[name]);

    public string PathOf(string name) => _folder[name];

    public LoopOutcome Run(LoopOptions options, CheckpointStore store, ILoopObserver? observer = null, IGraphRunner? runner = null, CancellationToken cancel = default)
    {
        using var evaluator = new Evaluator(Graphs, _runner, Validation);
        return new TrainingLoop(Graphs, runner ?? _runner, Rows, evaluator, options, store, observer ?? new LoopTrace()).Run(cancel);
    }

    public Metrics Evaluate(IReadOnlyDictionary<string, Tensor> parameters)
    {
        using var evaluator = new Evaluator(Graphs, _runner, Validation);
        return evaluator.Evaluate(parameters).Metrics;
    }

    public void Dispose()
    {
        _runner.Dispose();
        _folder.Dispose();
    }
}
