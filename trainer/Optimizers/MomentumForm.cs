namespace Anneal.Trainer.Optimizers;

/// <summary>How momentum is written.</summary>
public enum MomentumForm
{
    /// <summary>V ← momentum·V - lr·G, W ← W + V.</summary>
    Velocity,

    /// <summary>An exponentially weighted average with bias correction: V ← momentum·V + (1 - momentum)·G, W ← W - lr·V / (1 - momentumᵗ).</summary>
    Average,

    /// <summary>Nesterov's, rewritten in terms of the weights looked ahead to: W ← W + momentum·V - lr·G after V's update.</summary>
    Nesterov,

    /// <summary>Nesterov's as published: as <see cref="Velocity"/>, with the gradient at W + momentum·V.</summary>
    LookAhead,
}
