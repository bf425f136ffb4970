namespace Anneal.Tests.Pipeline.Report;

/// <summary>A clock that a test moves.</summary>
internal sealed class ManualClock : TimeProvider
{
    private long _now = 1;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _now;

    public void Advance(long milliseconds) => _now += milliseconds;
}
