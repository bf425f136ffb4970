using System.Numerics.Tensors;

namespace Anneal.Trainer.Data.Augment;

/// <summary>An image under work, as floats. Moves that follow one another become one map, so that pixels are interpolated once.</summary>
/// <remarks>For one thread. Memory is allocated when first used and kept.</remarks>
public sealed class Canvas
{
    private const int Layers = 5;
    private readonly float[][] _scratch = new float[Layers][];
    private readonly Lazy<Resampler> _resampler;
    private float[] _pixels;
    private float[] _other;
    private AffineMap _map = AffineMap.Identity;
    private BorderFill? _fill;
    private bool _isMoved;

    /// <summary>An empty canvas.</summary>
    /// <param name="shape">The image's shape.</param>
    /// <param name="white">The value of full brightness, the unit of noise: 255 of bytes, 1 of floats.</param>
    public Canvas(ImageShape shape, float white)
    {
        (Shape, White) = (shape, white);
        (_pixels, _other) = (new float[shape.Length], new float[shape.Length]);
        _resampler = new Lazy<Resampler>(() => new Resampler(shape));
    }

    /// <summary>The image's shape.</summary>
    public ImageShape Shape { get; }

    /// <summary>The value of full brightness.</summary>
    public float White { get; }

    /// <summary>The image, [C, H, W], to read and to change.</summary>
    public Span<float> Pixels
    {
        get
        {
            if (_isMoved)
            {
                Draw([], []);
            }

            return _pixels;
        }
    }

    /// <summary>Moves the image.</summary>
    /// <param name="map">Where each pixel is read.</param>
    /// <param name="fill">What is read beyond the border; null where nothing is.</param>
    /// <remarks>After another move with the same fill it sees that one's source, beyond the border that the other would have left.</remarks>
    public void Move(in AffineMap map, BorderFill? fill)
    {
        Begin(fill);
        _map = _map.Then(map);
    }

    /// <summary>Reads each pixel at a distance of its own.</summary>
    /// <param name="dx">Pixels to the right, [H, W].</param>
    /// <param name="dy">Pixels down, [H, W].</param>
    /// <param name="fill">What is read beyond the border.</param>
    public void Displace(ReadOnlySpan<float> dx, ReadOnlySpan<float> dy, BorderFill fill)
    {
        Begin(fill);
        Draw(dx, dy);
    }

    /// <summary>Memory to work in, whose content is what was left there.</summary>
    /// <param name="layer">Which, from 0 to 4.</param>
    /// <param name="length">Its length.</param>
    /// <returns>The memory.</returns>
    public Span<float> Scratch(int layer, int length)
    {
        ref float[] memory = ref _scratch[layer];
        if (memory is null || memory.Length < length)
        {
            memory = new float[length];
        }

        return memory.AsSpan(0, length);
    }

    /// <summary>Takes an image of bytes.</summary>
    /// <param name="source">The image, [C, H, W].</param>
    public void Load(ReadOnlySpan<byte> source) => TensorPrimitives.ConvertChecked<byte, float>(source, Begin());

    /// <summary>Takes an image of floats.</summary>
    /// <param name="source">The image, [C, H, W].</param>
    public void Load(ReadOnlySpan<float> source) => source.CopyTo(Begin());

    /// <summary>Gives the image as bytes, rounded, 0 below 0 and 255 above 255.</summary>
    /// <param name="destination">Receives the image, [C, H, W].</param>
    public void Store(Span<byte> destination) => Bytes.Round(Pixels, destination);

    /// <summary>Gives the image as floats.</summary>
    /// <param name="destination">Receives the image, [C, H, W].</param>
    public void Store(Span<float> destination) => Pixels.CopyTo(destination);

    private float[] Begin()
    {
        (_map, _fill, _isMoved) = (AffineMap.Identity, null, false);
        return _pixels;
    }

    private void Begin(BorderFill? fill)
    {
        if (fill is not null && _fill is not null && fill != _fill)
        {
            Draw([], []);
        }

        (_fill, _isMoved) = (fill ?? _fill, true);
    }

    private void Draw(ReadOnlySpan<float> dx, ReadOnlySpan<float> dy)
    {
        _resampler.Value.Draw(_pixels, _map, dx, dy, _fill ?? BorderFill.Zero, _other);
        (_pixels, _other) = (_other, _pixels);
        Begin();
    }
}
