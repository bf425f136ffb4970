using Anneal.Trainer.Data;

namespace Anneal.Trainer.Loop;

/// <summary>Steps that are begun and whose results are not looked at yet: an engine that computes on its own is asked for them now and then, not after each.</summary>
internal sealed class PendingSteps
{
    private readonly IStepDriver _driver;
    private readonly IQueuedDriver? _queued;
    private readonly Queue<StepRecord> _records;
    private StepResult _result;

    public PendingSteps(IStepDriver driver)
    {
        _driver = driver;
        _queued = driver is IQueuedDriver { Ahead: > 0 } queued ? queued : null;
        _records = new Queue<StepRecord>(Math.Max(1, _queued?.Ahead ?? 0));
    }

    /// <summary>Whether no more steps may be begun before results are taken.</summary>
    public bool IsFull => _records.Count >= Math.Max(1, _queued?.Ahead ?? 0);

    /// <summary>Steps that are left to compute while the results of those before them are taken: the newer half of what may be begun.</summary>
    public int Left => (_queued?.Ahead ?? 0) / 2;

    /// <summary>Steps whose results are not taken yet.</summary>
    public int Count => _records.Count;

    /// <summary>Begins a step.</summary>
    /// <param name="feed">Where its batches come from.</param>
    /// <param name="record">The step, without its loss.</param>
    /// <param name="number">Its number in its phase, from 1.</param>
    public void Begin(BatchFeed feed, in StepRecord record, long number)
    {
        if (_queued is not null)
        {
            _queued.Begin(feed, record.Rows, record.Rate, number);
        }
        else
        {
            _result = _driver.Run(feed, record.Rows, record.Rate, number);
        }

        _records.Enqueue(record);
    }

    /// <summary>Takes the result of the oldest step.</summary>
    /// <returns>The step with its loss, and what it gave; false where none is begun.</returns>
    public bool TryTake(out StepRecord record, out StepResult result)
    {
        if (!_records.TryDequeue(out record))
        {
            result = default;
            return false;
        }

        result = _queued?.End() ?? _result;
        record = record with { Loss = result.Loss };
        return true;
    }
}
