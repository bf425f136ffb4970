using System.Numerics;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Draws an image through a map: pixels that change places are copied, others are interpolated bilinearly.</summary>
/// <remarks>Interpolation reads the image with a frame of zeros, so that a place clamped to the frame needs no test of its neighbours.</remarks>
internal sealed class Resampler(ImageShape shape)
{
    private const int Frame = 1;
    private readonly int _pitch = shape.Width + 3;
    private readonly float[] _framed = new float[(shape.Width + 3) * (shape.Height + 3)];
    private readonly int[] _at = new int[shape.Height * shape.Width];
    private readonly float[] _x = new float[shape.Height * shape.Width];
    private readonly float[] _y = new float[shape.Height * shape.Width];

    /// <summary>Draws; displacements, where there are any, are added before the map.</summary>
    public void Draw(ReadOnlySpan<float> source, in AffineMap map, ReadOnlySpan<float> dx, ReadOnlySpan<float> dy, BorderFill fill, Span<float> destination)
    {
        if (dx.IsEmpty && map.IsWhole)
        {
            Copy(source, map, fill, destination);
            return;
        }

        for (int y = 0; y < shape.Height; y++)
        {
            Places(map, y, dx, dy);
        }

        Within(_x, shape.Width, fill);
        Within(_y, shape.Height, fill);
        Split();
        int area = shape.Height * shape.Width;
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            for (int y = 0; y < shape.Height; y++)
            {
                source.Slice((channel * area) + (y * shape.Width), shape.Width).CopyTo(_framed.AsSpan(((y + Frame) * _pitch) + Frame));
            }

            Interpolate(destination.Slice(channel * area, area));
        }
    }

    private void Places(in AffineMap map, int y, ReadOnlySpan<float> dx, ReadOnlySpan<float> dy)
    {
        int start = y * shape.Width;
        (float xx, float x0) = ((float)map.XX, (float)((map.XY * y) + map.X0));
        (float yx, float y0) = ((float)map.YX, (float)((map.YY * y) + map.Y0));
        Span<float> xs = _x.AsSpan(start, shape.Width);
        Span<float> ys = _y.AsSpan(start, shape.Width);
        for (int x = 0; x < xs.Length; x++)
        {
            (xs[x], ys[x]) = ((xx * x) + x0, (yx * x) + y0);
        }

        if (!dx.IsEmpty)
        {
            (float xy, float yy) = ((float)map.XY, (float)map.YY);
            for (int x = 0; x < xs.Length; x++)
            {
                (float right, float down) = (dx[start + x], dy[start + x]);
                xs[x] += (xx * right) + (xy * down);
                ys[x] += (yx * right) + (yy * down);
            }
        }
    }

    /// <summary>Places beyond the border become those that the fill reads: on the frame of zeros, on the edge, or mirrored.</summary>
    private static void Within(Span<float> places, int size, BorderFill fill)
    {
        float last = size - 1;
        (float low, float high) = fill == BorderFill.Zero ? (-1, size) : (0, last);
        float period = fill == BorderFill.Reflect && size > 1 ? 2 * last : 0;
        int i = 0;
        for (; i <= places.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var place = new Vector<float>(places[i..]);
            if (period > 0)
            {
                place -= Vector.Floor(place / new Vector<float>(period)) * new Vector<float>(period);
                place = new Vector<float>(last) - Vector.Abs(place - new Vector<float>(last));
            }

            Vector.Min(Vector.Max(place, new Vector<float>(low)), new Vector<float>(high)).CopyTo(places[i..]);
        }

        for (; i < places.Length; i++)
        {
            float place = places[i];
            place = period > 0 ? last - MathF.Abs(place - (MathF.Floor(place / period) * period) - last) : place;
            places[i] = Math.Clamp(place, low, high);
        }
    }

    /// <summary>Places to an index into the framed image and two fractions.</summary>
    private void Split()
    {
        for (int i = 0; i < _at.Length; i++)
        {
            // Places are at least -1: cutting a positive number rounds it down.
            int x = (int)(_x[i] + Frame);
            int y = (int)(_y[i] + Frame);
            _x[i] = _x[i] + Frame - x;
            _y[i] = _y[i] + Frame - y;
            _at[i] = (y * _pitch) + x;
        }
    }

    private void Interpolate(Span<float> destination)
    {
        ReadOnlySpan<float> framed = _framed;
        ReadOnlySpan<int> at = _at.AsSpan(0, destination.Length);
        ReadOnlySpan<float> right = _x.AsSpan(0, destination.Length);
        ReadOnlySpan<float> down = _y.AsSpan(0, destination.Length);
        for (int i = 0; i < destination.Length; i++)
        {
            ReadOnlySpan<float> here = framed[at[i]..];
            ReadOnlySpan<float> below = here[_pitch..];
            float upper = here[0] + (right[i] * (here[1] - here[0]));
            float lower = below[0] + (right[i] * (below[1] - below[0]));
            destination[i] = upper + (down[i] * (lower - upper));
        }
    }

    private void Copy(ReadOnlySpan<float> source, in AffineMap map, BorderFill fill, Span<float> destination)
    {
        (int height, int width) = (shape.Height, shape.Width);
        bool isMirrored = map.XX < 0;
        int dx = (int)(isMirrored ? width - 1 - map.X0 : -map.X0);
        for (int row = 0; row < shape.Channels * height; row++)
        {
            int y = row % height;
            int from = At((int)((map.YY * y) + map.Y0), height, fill);
            Span<float> to = destination.Slice(row * width, width);
            if (from < 0)
            {
                to.Clear();
                continue;
            }

            CopyRow(source.Slice((row - y + from) * width, width), dx, fill, to);
            if (isMirrored)
            {
                to.Reverse();
            }
        }
    }

    private static void CopyRow(ReadOnlySpan<float> source, int dx, BorderFill fill, Span<float> destination)
    {
        int width = source.Length;
        int start = Math.Clamp(dx, 0, width);
        int end = Math.Clamp(width + dx, 0, width);
        if (start < end)
        {
            source[(start - dx)..(end - dx)].CopyTo(destination[start..end]);
        }

        for (int x = 0; x < start; x++)
        {
            destination[x] = At(x - dx, width, fill) is >= 0 and int from ? source[from] : 0;
        }

        for (int x = end; x < width; x++)
        {
            destination[x] = At(x - dx, width, fill) is >= 0 and int from ? source[from] : 0;
        }
    }

    /// <summary>The pixel that is read at a place; -1 for zero.</summary>
    private static int At(int place, int size, BorderFill fill)
    {
        if (place >= 0 && place < size)
        {
            return place;
        }

        switch (fill)
        {
            case BorderFill.Zero:
                return -1;
            case BorderFill.Reflect when size > 1:
                int period = 2 * (size - 1);
                int within = ((place % period) + period) % period;
                return size - 1 - Math.Abs(within - (size - 1));
            default:
                return Math.Clamp(place, 0, size - 1);
        }
    }
}
