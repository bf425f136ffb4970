using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>A session that was opened for one batch size.</summary>
/// <param name="Session">The session.</param>
/// <param name="InPlace">The inputs of the states that it may replace in place.</param>
/// <param name="AfterFirst">Called after its first run, or when it is closed without one.</param>
internal sealed record OpenedShape(InferenceSession Session, IReadOnlySet<string> InPlace, Action<InferenceSession> AfterFirst) : IDisposable
{
    private bool _isPlaced;

    /// <summary>Ends what is to end with the first run.</summary>
    public void EndFirst()
    {
        if (!_isPlaced)
        {
            _isPlaced = true;
            AfterFirst(Session);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndFirst();
        Session.Dispose();
    }
}
