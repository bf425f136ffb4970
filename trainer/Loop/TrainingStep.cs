using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Loop;

/// <summary>A training step bound to a session: nothing is allocated when it runs.</summary>
internal sealed class TrainingStep
{
    private readonly IGraphSession _session;
    private readonly Tensor[] _feeds;
    private readonly Tensor?[] _fetches;
    private readonly int[] _featureAt;
    private readonly int _targetAt;
    private readonly Tensor _rate = Tensor.Scalar(0f);
    private readonly Tensor _step = Tensor.Scalar(0L);
    private readonly int _lossAt;
    private readonly int _massAt;
    private readonly int _correctAt;

    public TrainingStep(IGraphSession session, TrainingGraphs graphs)
    {
        _session = session;
        string[] feeds = [.. session.Feeds.Select(f => f.Name)];
        string[] fetches = [.. session.Fetches.Select(f => f.Name)];
        _feeds = new Tensor[feeds.Length];
        _fetches = new Tensor?[fetches.Length];
        _featureAt = [.. graphs.BatchInputs.Select(name => Array.IndexOf(feeds, name))];
        _targetAt = Array.IndexOf(feeds, TrainingGraphs.TargetInput);
        Set(feeds, TrainingGraphs.RateInput, _rate);
        Set(feeds, TrainingGraphs.StepInput, _step);
        _lossAt = Array.IndexOf(fetches, TrainingGraphs.LossOutput);
        _massAt = Array.IndexOf(fetches, TrainingGraphs.MassOutput);
        _correctAt = Array.IndexOf(fetches, TrainingGraphs.CorrectOutput);
    }

    /// <summary>Weighted mean loss of the last step's batch.</summary>
    public float Loss => _fetches[_lossAt]!.Span<float>()[0];

    /// <summary>The sum of the weights of the last step's batch; null where all are 1.</summary>
    public float? Mass => _massAt < 0 ? null : _fetches[_massAt]!.Span<float>()[0];

    /// <summary>Rows that the last step answered rightly; 0 for regression.</summary>
    public float Correct => _correctAt < 0 ? 0 : _fetches[_correctAt]!.Span<float>()[0];

    public void Run(Batch batch, float rate, long step)
    {
        Feed(batch, rate, step);
        _session.Run(_feeds, _fetches);
    }

    public Node? FirstNonFinite(SimdSession session, Batch batch, float rate, long step)
    {
        Feed(batch, rate, step);
        return session.FirstNonFinite(_feeds);
    }

    private void Feed(Batch batch, float rate, long step)
    {
        for (int i = 0; i < _featureAt.Length; i++)
        {
            _feeds[_featureAt[i]] = batch.Features[i];
        }

        _feeds[_targetAt] = batch.Target;
        _rate.Span<float>()[0] = rate;
        _step.Span<long>()[0] = step;
    }

    // A rule or a model without dropout does not read the step number; the input is there all the same.
    private void Set(string[] feeds, string name, Tensor tensor)
    {
        int at = Array.IndexOf(feeds, name);
        if (at >= 0)
        {
            _feeds[at] = tensor;
        }
    }
}
