using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Compare;

/// <summary>The steps with which a pipeline's training begins, on its own rows in their shuffled order, not augmented.</summary>
internal sealed class PipelineSteps : IDisposable
{
    private readonly BatchFeed _feed;
    private readonly LoopOptions _loop;
    private Batch _batch;
    private int _step = 1;

    /// <summary>Loads the rows.</summary>
    /// <param name="config">The pipeline.</param>
    /// <param name="runner">The engine that applies the preprocessing.</param>
    public PipelineSteps(LoadedConfig config, IGraphRunner runner)
    {
        Name = config.Name;
        PreparedData data = PreparedData.Load(config);
        IReadOnlyList<TrainingGraphs> phases = ModelGraphs.Phases(config, data, ModelSpec.Of(config, data));
        Graphs = phases[0];
        _loop = TrainingOptions.LoopOf(config, phases);
        RowSet rows = data.TrainingRows(runner).Train;
        _feed = new BatchFeed(rows.Features, rows.Target, rows.Rows, Math.Min(_loop.Batch, rows.Rows.Length), (ulong)config.Options.Seed, prefetch: false, mixer: Mixer.For(Graphs.Target, _loop.Mix, rows, (ulong)config.Options.Seed));
        _batch = _feed.Next();
    }

    /// <summary>The pipeline's name.</summary>
    public string Name { get; }

    /// <summary>The graphs of its first phase.</summary>
    public TrainingGraphs Graphs { get; }

    /// <summary>The value of an input in a step, from 1; steps are asked for in order.</summary>
    public Tensor Feed(string input, int step)
    {
        for (; _step < step; _step++)
        {
            _batch = _feed.Next();
        }

        int accumulate = Graphs.Update.Accumulate;
        return input switch
        {
            TrainingGraphs.TargetInput => _batch.Target,
            TrainingGraphs.RateInput => Tensor.Scalar(_loop.Schedule.At((step - 1) / accumulate, _feed.StepsPerEpoch)),
            TrainingGraphs.StepInput => Tensor.Scalar((long)step),
            TrainingGraphs.ShareInput => Tensor.Scalar(1f / accumulate),
            TrainingGraphs.LastInput => Tensor.Scalar(step % accumulate == 0),
            _ => _batch.Features[Graphs.BatchInputs.ToList().IndexOf(input)],
        };
    }

    public void Dispose() => _feed.Dispose();
}
