namespace Anneal.Exporter;

/// <summary>How the answers of several models become one.</summary>
public enum Combination
{
    /// <summary>The mean of probabilities, or of numbers, each times its member's weight.</summary>
    MeanProbabilities,

    /// <summary>The softmax or sigmoid of the weighted mean of what members give it.</summary>
    MeanLogits,

    /// <summary>The class that most members decide for; the mean of the probabilities decides between equals.</summary>
    MajorityVote,
}
