using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Draws an image through a map: pixels that change places are copied, others are interpolated bilinearly.</summary>
/// <remarks>Interpolation reads the image with a frame of zeros, so that a place clamped to the frame needs no test of its neighbours.</remarks>
internal sealed class Resampler(ImageShape shape)
{
    private const int Frame = 1;
    private readonly int _area = shape.Height * shape.Width;
    private readonly int _pitch = shape.Width + 3;
    private readonly float[] _framed = new float[(shape.Width + 3) * (shape.Height + 3)];

    // Vectors run past the end of a row and of the image.
    private readonly int[] _at = new int[(shape.Height * shape.Width) + Vector<int>.Count];
    private readonly float[] _x = new float[(shape.Height * shape.Width) + Vector<float>.Count];
    private readonly float[] _y = new float[(shape.Height * shape.Width) + Vector<float>.Count];

    /// <summary>Draws; displacements, where there are any, are added before the map.</summary>
    public void Draw(ReadOnlySpan<float> source, in AffineMap map, ReadOnlySpan<float> dx, ReadOnlySpan<float> dy, BorderFill fill, Span<float> destination)
    {
        if (dx.IsEmpty && map.IsWhole)
        {
            Copy(source, map, fill, destination);
            return;
        }

        Places(map);
        if (!dx.IsEmpty)
        {
            Span<float> x = _x.AsSpan(0, _area);
            Span<float> y = _y.AsSpan(0, _area);
            TensorPrimitives.MultiplyAdd(dx, (float)map.XX, x, x);
            TensorPrimitives.MultiplyAdd(dy, (float)map.XY, x, x);
            TensorPrimitives.MultiplyAdd(dx, (float)map.YX, y, y);
            TensorPrimitives.MultiplyAdd(dy, (float)map.YY, y, y);
        }

        Within(_x, shape.Width, fill);
        Within(_y, shape.Height, fill);
        Split();
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            for (int y = 0; y < shape.Height; y++)
            {
                source.Slice((channel * _area) + (y * shape.Width), shape.Width).CopyTo(_framed.AsSpan(((y + Frame) * _pitch) + Frame));
            }

            Interpolate(destination.Slice(channel * _area, _area));
        }
    }

    private void Places(in AffineMap map)
    {
        for (int y = 0; y < shape.Height; y++)
        {
            Line((float)map.XX, (float)((map.XY * y) + map.X0), _x.AsSpan(y * shape.Width));
            Line((float)map.YX, (float)((map.YY * y) + map.Y0), _y.AsSpan(y * shape.Width));
        }
    }

    private void Line(float step, float start, Span<float> places)
    {
        for (int x = 0; x < shape.Width; x += Vector<float>.Count)
        {
            Vector<float> steps = Vector.CreateSequence<float>(x, 1);
            ((steps * step) + new Vector<float>(start)).CopyTo(places[x..]);
        }
    }

    /// <summary>Places beyond the border become those that the fill reads: on the frame of zeros, on the edge, or mirrored.</summary>
    private static void Within(Span<float> places, int size, BorderFill fill)
    {
        float last = size - 1;
        (float low, float high) = fill == BorderFill.Zero ? (-1, size) : (0, last);
        float period = fill == BorderFill.Reflect && size > 1 ? 2 * last : 0;
        for (int i = 0; i <= places.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var place = new Vector<float>(places[i..]);
            if (period > 0)
            {
                place -= Vector.Floor(place / new Vector<float>(period)) * new Vector<float>(period);
                place = new Vector<float>(last) - Vector.Abs(place - new Vector<float>(last));
            }

            Vector.Min(Vector.Max(place, new Vector<float>(low)), new Vector<float>(high)).CopyTo(places[i..]);
        }
    }

    /// <summary>Places to an index into the framed image and two fractions.</summary>
    private void Split()
    {
        for (int i = 0; i < _area; i += Vector<float>.Count)
        {
            // Places are at least -1: cutting a positive number rounds it down.
            Vector<float> x = new Vector<float>(_x, i) + new Vector<float>(Frame);
            Vector<float> y = new Vector<float>(_y, i) + new Vector<float>(Frame);
            Vector<int> left = Vector.ConvertToInt32(x);
            Vector<int> top = Vector.ConvertToInt32(y);
            (x - Vector.ConvertToSingle(left)).CopyTo(_x, i);
            (y - Vector.ConvertToSingle(top)).CopyTo(_y, i);
            ((top * _pitch) + left).CopyTo(_at, i);
        }
    }

    private void Interpolate(Span<float> destination)
    {
        // Clamped places lie on the frame at most, and so do their neighbours.
        ref float framed = ref MemoryMarshal.GetArrayDataReference(_framed);
        ReadOnlySpan<int> at = _at.AsSpan(0, destination.Length);
        ReadOnlySpan<float> right = _x.AsSpan(0, destination.Length);
        ReadOnlySpan<float> down = _y.AsSpan(0, destination.Length);
        for (int i = 0; i < destination.Length; i++)
        {
            ref float here = ref Unsafe.Add(ref framed, at[i]);
            ref float below = ref Unsafe.Add(ref here, _pitch);
            float upper = here + (right[i] * (Unsafe.Add(ref here, 1) - here));
            float lower = below + (right[i] * (Unsafe.Add(ref below, 1) - below));
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
