namespace Anneal.Trainer.Optimizers;

/// <summary>What keeps parameters small or answers smooth, beside dropout. 0 is off throughout.</summary>
public sealed record Regularization
{
    /// <summary>Factor of Σ|w| in the objective.</summary>
    public float L1 { get; init; }

    /// <summary>Factor of Σw²/2 in the objective.</summary>
    public float L2 { get; init; }

    /// <summary>Whether the penalties cover biases and norms too.</summary>
    public bool CoversBiases { get; init; }

    /// <summary>The largest norm of the weights into one unit.</summary>
    public float MaxNorm { get; init; }

    /// <summary>The share of each weight, times the learning rate, that is taken off in a step, outside the gradient.</summary>
    public float DecoupledDecay { get; init; }

    /// <summary>Deviation of the normal noise on the features while training.</summary>
    public float InputNoise { get; init; }

    /// <summary>Deviation of the normal noise on the weights while training.</summary>
    public float WeightNoise { get; init; }

    /// <summary>Whether the objective has a penalty.</summary>
    public bool HasPenalty => L1 > 0 || L2 > 0;
}
