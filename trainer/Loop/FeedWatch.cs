namespace Anneal.Trainer.Loop;

/// <summary>Tells whether a phase of a run waits for its batches rather than for its steps.</summary>
internal sealed class FeedWatch
{
    private const double Limit = 0.1;
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(1);
    private TimeSpan _trained;
    private bool _isTold;

    /// <summary>An epoch is done.</summary>
    /// <param name="trained">The time that its steps took, waiting included.</param>
    /// <param name="waited">The time waited for batches since the phase began.</param>
    /// <returns>The share of the training time waited, once, where it is above a tenth and comes to a second or more; else null.</returns>
    public double? Epoch(TimeSpan trained, TimeSpan waited)
    {
        _trained += trained;
        if (_isTold || waited < s_least || waited <= Limit * _trained)
        {
            return null;
        }

        _isTold = true;
        return waited / _trained;
    }
}
