namespace Anneal.Pipeline.Config.Options;

internal enum CombineKind
{
    MeanProbabilities,
    MeanLogits,
    Weighted,
    MajorityVote,
}
