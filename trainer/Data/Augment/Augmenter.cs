using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Applies augmentations one after another to the images of a table.</summary>
/// <remarks>What becomes of an image is a function of seed, epoch and row. For one thread: buffers between two augmentations are shared.</remarks>
public sealed class Augmenter
{
    private readonly Augmentation[] _augmentations;
    private readonly ulong[] _streams;
    private readonly ImageShape _shape;
    private readonly byte[][] _between;

    /// <summary>Prepares the augmentations.</summary>
    /// <param name="augmentations">The augmentations in order, at least one.</param>
    /// <param name="images">The images, uint8 [N, C, H, W] or [N, H, W]; only type and shape are looked at.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="AnnealException">The rows are no images, or an augmentation does not fit their shape.</exception>
    public Augmenter(IReadOnlyList<Augmentation> augmentations, Tensor images, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfZero(augmentations.Count, nameof(augmentations));
        _augmentations = [.. augmentations];
        _shape = ImageShape.Of(images.Type, images.Shape);
        _streams = new ulong[_augmentations.Length];
        for (int i = 0; i < _augmentations.Length; i++)
        {
            _augmentations[i].Check(_shape);
            _streams[i] = CounterRandom.Key(seed, string.Create(CultureInfo.InvariantCulture, $"augment/{i}/{_augmentations[i].Name}"));
        }

        int length = _shape.Channels * _shape.Height * _shape.Width;
        _between = [.. Enumerable.Range(0, Math.Min(2, _augmentations.Length - 1)).Select(_ => new byte[length])];
    }

    /// <summary>Augments one image.</summary>
    /// <param name="source">The image, [C, H, W] uint8.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="row">The row in the table.</param>
    /// <param name="destination">Receives the image, [C, H, W] uint8; does not overlap <paramref name="source"/>.</param>
    public void Apply(ReadOnlySpan<byte> source, int epoch, int row, Span<byte> destination)
    {
        for (int i = 0; i < _augmentations.Length; i++)
        {
            Span<byte> to = i == _augmentations.Length - 1 ? destination : _between[i % 2];
            _augmentations[i].Apply(source, _shape, new SampleRandom(_streams[i], epoch, row), to);
            source = to;
        }
    }
}
