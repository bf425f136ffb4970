namespace Anneal.Pipeline.Runs;

/// <summary>What an ensemble gave.</summary>
/// <param name="Combine">How answers become one.</param>
/// <param name="Views">What each member looks at; null for the row as it is.</param>
/// <param name="Part">The part that members and ensemble are held against each other on: test, validation or train.</param>
/// <param name="Members">The members.</param>
/// <param name="Metrics">The ensemble's metrics on that part.</param>
/// <param name="Cost">What the ensemble costs.</param>
internal sealed record EnsembleRecord(
    string Combine, string? Views, string Part, IReadOnlyList<EnsembleRecord.Member> Members, IReadOnlyDictionary<string, double> Metrics, EnsembleRecord.Costs Cost)
{
    /// <summary>How much each two members agree on that part: the share of rows that they decide alike, of labels the share of labels; of numbers their correlation.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Agreement { get; init; } = [];

    /// <summary>A member.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Weight">How much its answers count; the weights add up to 1.</param>
    /// <param name="Metrics">Its metrics on the part.</param>
    /// <param name="Cost">What it costs alone.</param>
    internal sealed record Member(string Name, double Weight, IReadOnlyDictionary<string, double> Metrics, Costs Cost);

    /// <summary>What a model costs.</summary>
    /// <param name="Parameters">Elements of its weights.</param>
    /// <param name="MultiplyAdds">Multiply-adds of a row.</param>
    /// <param name="RelativeTime">The time of answering the part's rows over that of the members in the mean, as measured once.</param>
    internal sealed record Costs(long Parameters, long MultiplyAdds, double RelativeTime);
}
