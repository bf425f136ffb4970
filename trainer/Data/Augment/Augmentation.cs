using Anneal.Onnx;

namespace Anneal.Trainer.Data.Augment;

/// <summary>A random change of an image that leaves its class alone; applied to training batches only, to raw pixels.</summary>
/// <remarks>Holds settings, no state: one instance serves any number of threads. Applying allocates nothing.</remarks>
public abstract record Augmentation
{
    /// <summary>The name in configurations; part of the random stream's key.</summary>
    public abstract string Name { get; }

    /// <summary>Refuses images that it cannot be applied to.</summary>
    /// <param name="shape">The images' shape.</param>
    /// <exception cref="AnnealException">The settings do not fit the shape.</exception>
    public virtual void Check(ImageShape shape)
    {
    }

    /// <summary>Changes one image.</summary>
    /// <param name="source">The image, [C, H, W] uint8.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="random">The random numbers of this image in this epoch.</param>
    /// <param name="destination">Receives the changed image, [C, H, W] uint8; does not overlap <paramref name="source"/>.</param>
    public abstract void Apply(ReadOnlySpan<byte> source, ImageShape shape, SampleRandom random, Span<byte> destination);
}
