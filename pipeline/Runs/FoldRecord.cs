namespace Anneal.Pipeline.Runs;

/// <summary>What one of several trainings gave: a fold, or a member of an ensemble.</summary>
/// <param name="Name">The fold's name, or the training's.</param>
/// <param name="Metrics">By part (train, validation) and metric; empty where it failed.</param>
internal sealed record FoldRecord(string Name, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics)
{
    /// <summary>The candidates of <c>average</c>.</summary>
    public IReadOnlyList<CandidateRecord> Candidates { get; init; } = [];

    /// <summary>The errors on its validation rows.</summary>
    public ErrorSample? Errors { get; init; }

    /// <summary>Why it failed, if it did.</summary>
    public string? Error { get; init; }
}
