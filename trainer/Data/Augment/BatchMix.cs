using Anneal.Onnx;

namespace Anneal.Trainer.Data.Augment;

/// <summary>A random change that mixes the rows of a training batch in pairs, and what is to be predicted for them likewise.</summary>
/// <remarks>Holds settings, no state. λ is drawn once a batch from Beta(α, α); row i is paired with row i + k of the batch, counted round, with
/// one k above 0 a batch.</remarks>
public abstract record BatchMix
{
    /// <summary>The name in configurations; part of the random stream's key.</summary>
    public abstract string Name { get; }

    /// <summary>α of the distribution of λ, above 0: the larger, the closer to equal parts.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>The share of batches that are mixed, in (0, 1].</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Refuses rows that cannot be mixed.</summary>
    /// <param name="shape">A row's shape.</param>
    /// <param name="isImage">Whether rows are images.</param>
    /// <exception cref="AnnealException">The rows cannot be mixed.</exception>
    public virtual void Check(ImageShape shape, bool isImage)
    {
    }

    /// <summary>Chooses what of two rows goes into the mixture.</summary>
    /// <param name="shape">A row's shape.</param>
    /// <param name="random">The random numbers of this batch.</param>
    /// <param name="draw">The first number that is free.</param>
    /// <returns>The mixture, the same for each pair of the batch.</returns>
    public abstract Mixture Choose(ImageShape shape, SampleRandom random, uint draw);
}
