using System.Globalization;
using System.Runtime.InteropServices;
using Anneal.Onnx;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Applies augmentations one after another to the rows of a table.</summary>
/// <remarks>What becomes of a row is a function of seed, epoch and row. For one thread: all share one canvas.</remarks>
public sealed class Augmenter
{
    private readonly Augmentation[] _augmentations;
    private readonly ulong[] _streams;
    private readonly Canvas _canvas;
    private readonly DType _type;

    /// <summary>Prepares the augmentations.</summary>
    /// <param name="augmentations">The augmentations in order, at least one.</param>
    /// <param name="rows">The rows, uint8 or float: images [N, C, H, W] or [N, H, W], or [N, F] where the augmentations fit tables; only type and shape are
    /// looked at.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="width">How many of a row's elements, the first ones, are changed, where rows are no images; null for all.</param>
    /// <exception cref="AnnealException">The rows are no images, or an augmentation does not fit their shape.</exception>
    public Augmenter(IReadOnlyList<Augmentation> augmentations, Tensor rows, ulong seed, int? width = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(augmentations.Count, nameof(augmentations));
        _augmentations = [.. augmentations];
        _type = rows.Type;
        ImageShape shape = _augmentations.All(a => a.FitsTables) ? ImageShape.OfRows(rows.Type, rows.Shape) : ImageShape.Of(rows.Type, rows.Shape);
        shape = width is { } first ? shape with { Width = first } : shape;
        _canvas = new Canvas(shape, _type == DType.UInt8 ? byte.MaxValue : 1);
        _streams = new ulong[_augmentations.Length];
        for (int i = 0; i < _augmentations.Length; i++)
        {
            _augmentations[i].Check(shape);
            _streams[i] = CounterRandom.Key(seed, string.Create(CultureInfo.InvariantCulture, $"augment/{i}/{_augmentations[i].Name}"));
        }
    }

    /// <summary>Augments one row.</summary>
    /// <param name="source">The row's elements as bytes.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="row">The row in the table.</param>
    /// <param name="destination">Receives the row; does not overlap <paramref name="source"/>.</param>
    public void Apply(ReadOnlySpan<byte> source, int epoch, int row, Span<byte> destination)
    {
        int length = _canvas.Shape.Length * _type.Size();
        if (_type == DType.UInt8)
        {
            _canvas.Load(source[..length]);
        }
        else
        {
            _canvas.Load(MemoryMarshal.Cast<byte, float>(source[..length]));
        }

        for (int i = 0; i < _augmentations.Length; i++)
        {
            var random = new SampleRandom(_streams[i], epoch, row);
            if (_augmentations[i].Happens(random))
            {
                _augmentations[i].Apply(_canvas, random);
            }
        }

        if (_type == DType.UInt8)
        {
            _canvas.Store(destination[..length]);
        }
        else
        {
            _canvas.Store(MemoryMarshal.Cast<byte, float>(destination[..length]));
        }

        source[length..].CopyTo(destination[length..]);
    }
}
