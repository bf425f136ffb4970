namespace Anneal.Trainer.Schedules;

/// <summary>Where a <see cref="PlateauRule"/> stands.</summary>
public readonly record struct Plateau
{
    /// <summary>The start: no metric yet, the whole rate.</summary>
    public Plateau()
    {
    }

    /// <summary>Whether a metric was seen.</summary>
    public bool HasBest { get; init; }

    /// <summary>The best value.</summary>
    public double Best { get; init; }

    /// <summary>Epochs since the best value or the last fall.</summary>
    public int Waited { get; init; }

    /// <summary>What the rate is multiplied by.</summary>
    public double Factor { get; init; } = 1;
}
