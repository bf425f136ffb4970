namespace Anneal.Pipeline.Runs;

/// <summary>What a candidate for export gave.</summary>
/// <param name="Name">The candidate's name, such as <c>best</c>.</param>
/// <param name="Epochs">The epochs that it was trained for.</param>
/// <param name="Validation">Its metrics on the validation rows; empty where there are none.</param>
internal sealed record CandidateRecord(string Name, int Epochs, IReadOnlyDictionary<string, double> Validation)
{
    /// <summary>Whether it won.</summary>
    public bool Chosen { get; init; }
}
