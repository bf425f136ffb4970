using Anneal.Onnx;

namespace Anneal.Trainer.Data.Augment;

/// <summary>A random change of a row that leaves its class alone; applied to training batches only.</summary>
/// <remarks>Holds settings, no state: one instance serves any number of threads. Applying allocates nothing once a canvas has been used.</remarks>
public abstract record Augmentation
{
    private const uint Coin = uint.MaxValue;

    /// <summary>The name in configurations; part of the random stream's key.</summary>
    public abstract string Name { get; }

    /// <summary>The share of rows that are changed, in (0, 1].</summary>
    public virtual double Probability { get; init; } = 1;

    /// <summary>Whether rows that are no images can be changed.</summary>
    public virtual bool FitsTables => false;

    /// <summary>Refuses images that it cannot be applied to.</summary>
    /// <param name="shape">The images' shape.</param>
    /// <exception cref="AnnealException">The settings do not fit the shape.</exception>
    public virtual void Check(ImageShape shape)
    {
    }

    /// <summary>Whether a row is changed.</summary>
    /// <param name="random">The random numbers of this row in this epoch.</param>
    /// <returns>Whether <see cref="Apply"/> is to be called.</returns>
    public virtual bool Happens(SampleRandom random) => random.Between(Coin, 0, 1) < Probability;

    /// <summary>Changes one row.</summary>
    /// <param name="canvas">Holds the row.</param>
    /// <param name="random">The random numbers of this row in this epoch.</param>
    public abstract void Apply(Canvas canvas, SampleRandom random);
}
