namespace Anneal.Pipeline.Runs;

/// <summary>What the folds chose.</summary>
/// <param name="Candidate">The candidate of <c>average</c> that is best in the mean of the folds.</param>
/// <param name="Epochs">The epochs that it was trained for, in the mean of the folds.</param>
/// <param name="Best">The fold that is best on its validation rows.</param>
internal sealed record FoldChoice(string Candidate, int Epochs, string Best);
