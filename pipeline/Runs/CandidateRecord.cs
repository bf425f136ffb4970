namespace Anneal.Pipeline.Runs;

/// <summary>What a candidate for export gave in a fold.</summary>
/// <param name="Name">The candidate's name, such as <c>best</c>.</param>
/// <param name="Epochs">The epochs that it was trained for.</param>
/// <param name="Validation">Its metrics on the fold's validation rows.</param>
internal sealed record CandidateRecord(string Name, int Epochs, IReadOnlyDictionary<string, double> Validation);
