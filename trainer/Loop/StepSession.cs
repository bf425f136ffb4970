using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Loop;

/// <summary>A step's graph bound to a session: nothing is allocated when it runs.</summary>
internal sealed class StepSession : IDisposable
{
    private readonly IGraphSession _session;
    private readonly Tensor[] _feeds;
    private readonly Tensor?[] _fetches;
    private readonly string[] _fetchNames;
    private readonly int[] _featureAt;
    private readonly int _targetAt;
    private readonly Tensor _rate = Tensor.Scalar(0f);
    private readonly Tensor _step = Tensor.Scalar(0L);
    private readonly Tensor _share = Tensor.Scalar(1f);
    private readonly Tensor _last = Tensor.Scalar(true);
    private readonly Queue<int> _begun = new();
    private readonly int _lossAt;
    private readonly int _massAt;
    private readonly int _correctAt;

    public StepSession(IGraphSession session, TrainingGraphs graphs)
    {
        _session = session;
        string[] feeds = [.. session.Feeds.Select(f => f.Name)];
        _fetchNames = [.. session.Fetches.Select(f => f.Name)];
        _feeds = new Tensor[feeds.Length];
        _fetches = new Tensor?[_fetchNames.Length];
        _featureAt = [.. graphs.BatchInputs.Select(name => Array.IndexOf(feeds, name))];
        _targetAt = Array.IndexOf(feeds, TrainingGraphs.TargetInput);
        Set(feeds, TrainingGraphs.RateInput, _rate);
        Set(feeds, TrainingGraphs.StepInput, _step);
        Set(feeds, UpdateGraph.ShareInput, _share);
        Set(feeds, UpdateGraph.LastInput, _last);
        _lossAt = Array.IndexOf(_fetchNames, TrainingGraphs.LossOutput);
        _massAt = Array.IndexOf(_fetchNames, TrainingGraphs.MassOutput);
        _correctAt = Array.IndexOf(_fetchNames, TrainingGraphs.CorrectOutput);
    }

    /// <summary>What the last batch gave.</summary>
    public StepResult Result => new(Number(_lossAt), _massAt < 0 ? _feeds[_targetAt].Shape[0] : Number(_massAt), _correctAt < 0 ? 0 : Number(_correctAt));

    /// <summary>The place of an output among the fetches, or -1.</summary>
    public int IndexOf(string output) => Array.IndexOf(_fetchNames, output);

    /// <summary>An output of the last run, overwritten by the next.</summary>
    public Tensor Fetch(int index) => _fetches[index]!;

    public Tensor Read(string name) => _session.ReadState(name);

    public void Write(string name, Tensor value) => _session.WriteState(name, value);

    public void Run(Batch batch, float rate, long step, float share = 1, bool last = true)
    {
        Feed(batch, rate, step, share, last);
        _session.Run(_feeds, _fetches);
    }

    /// <summary>Runs that may be begun ahead; 0 where none may.</summary>
    public int Ahead => _session is IQueuedSession queued ? queued.Capacity : 0;

    /// <summary>Runs that are begun and whose results are not taken yet.</summary>
    public int Begun => _begun.Count;

    /// <summary>Begins a run, whose batch is copied.</summary>
    public void Begin(Batch batch, float rate, long step, float share = 1, bool last = true)
    {
        Feed(batch, rate, step, share, last);
        _begun.Enqueue(batch.Rows);
        ((IQueuedSession)_session).Enqueue(_feeds);
    }

    /// <summary>What the oldest run gave that was begun and is not taken yet.</summary>
    public StepResult End()
    {
        ((IQueuedSession)_session).Dequeue(_fetches);
        int rows = _begun.Dequeue();
        return new StepResult(Number(_lossAt), _massAt < 0 ? rows : Number(_massAt), _correctAt < 0 ? 0 : Number(_correctAt));
    }

    public Node? Trace(Batch batch, float rate, long step, float share = 1, bool last = true)
    {
        Feed(batch, rate, step, share, last);
        return ((SimdSession)_session).FirstNonFinite(_feeds);
    }

    public void Dispose() => _session.Dispose();

    private float Number(int index) => _fetches[index]!.Span<float>()[0];

    private void Feed(Batch batch, float rate, long step, float share, bool last)
    {
        for (int i = 0; i < _featureAt.Length; i++)
        {
            _feeds[_featureAt[i]] = batch.Features[i];
        }

        _feeds[_targetAt] = batch.Target;
        _rate.Span<float>()[0] = rate;
        _step.Span<long>()[0] = step;
        _share.Span<float>()[0] = share;
        _last.Span<bool>()[0] = last;
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
