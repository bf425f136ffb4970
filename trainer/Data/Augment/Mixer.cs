using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anneal.Trainer.Data.Augment;

/// <summary>Mixes the rows of batches, one mix after another, and gives targets that are shares of classes or mixed numbers.</summary>
/// <remarks>What becomes of a batch is a function of its rows, of seed, epoch and step. For one thread.</remarks>
public sealed class Mixer
{
    private readonly BatchMix[] _mixes;
    private readonly ulong[] _streams;
    private readonly ImageShape _shape;
    private readonly int[] _target;
    private readonly float[] _first;
    private readonly float[] _second;
    private Tensor? _rows;
    private Tensor? _targets;

    /// <summary>Prepares the mixes.</summary>
    /// <param name="mixes">The mixes in order, at least one.</param>
    /// <param name="rows">The rows, uint8 or float: images [N, C, H, W] or [N, H, W], or [N, F]; only type and shape are looked at.</param>
    /// <param name="targets">What is predicted for all rows, of which only the shape is looked at.</param>
    /// <param name="classes">The number of classes, where the targets are their indices; null where they are numbers, or 0 and 1.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="AnnealException">The rows cannot be mixed.</exception>
    public Mixer(IReadOnlyList<BatchMix> mixes, Tensor rows, Tensor targets, int? classes, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfZero(mixes.Count, nameof(mixes));
        _mixes = [.. mixes];
        _shape = ImageShape.OfRows(rows.Type, rows.Shape);
        Classes = classes;
        _target = classes is { } count ? [count] : targets.Shape[1..].ToArray();
        _streams = new ulong[_mixes.Length];
        for (int i = 0; i < _mixes.Length; i++)
        {
            _mixes[i].Check(_shape, rows.Rank > 2);
            _streams[i] = CounterRandom.Key(seed, string.Create(CultureInfo.InvariantCulture, $"mix/{i}/{_mixes[i].Name}"));
        }

        (_first, _second) = (new float[_shape.Width], new float[_shape.Width]);
    }

    /// <summary>The number of classes; null where the targets are numbers.</summary>
    public int? Classes { get; }

    /// <summary>An empty target of a batch.</summary>
    /// <param name="rows">The batch's rows.</param>
    /// <returns>float [rows, classes], or float of the targets' shape where they are numbers.</returns>
    public Tensor NewTarget(int rows) => Tensor.Zeros(DType.Float, [rows, .. _target]);

    /// <summary>Writes the targets of rows before they are mixed.</summary>
    /// <param name="source">The targets of all rows, int64 or float.</param>
    /// <param name="rows">The batch's rows.</param>
    /// <param name="target">Receives 1 for each row's class and 0 for others, or the numbers.</param>
    public void Load(Tensor source, ReadOnlySpan<int> rows, Tensor target)
    {
        Span<float> values = target.Span<float>();
        int width = target.Length / rows.Length;
        for (int i = 0; i < rows.Length; i++)
        {
            Span<float> to = values.Slice(i * width, width);
            if (Classes is not null)
            {
                to.Clear();
                to[(int)source.Span<long>()[rows[i]]] = 1;
            }
            else if (source.Type == DType.Int64)
            {
                to[0] = source.Span<long>()[rows[i]];
            }
            else
            {
                source.Span<float>().Slice(rows[i] * width, width).CopyTo(to);
            }
        }
    }

    /// <summary>Mixes a batch in place.</summary>
    /// <param name="features">The rows, of the type and shape that the mixer was prepared for.</param>
    /// <param name="target">What is to be predicted, as <c>Load</c> gives it.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="step">The step within it, from 0.</param>
    public void Apply(Tensor features, Tensor target, int epoch, int step)
    {
        int rows = features.Shape[0];
        for (int i = 0; i < _mixes.Length && rows > 1; i++)
        {
            var random = new SampleRandom(_streams[i], epoch, step);
            if (random.Between(0, 0, 1) >= _mixes[i].Probability)
            {
                continue;
            }

            int distance = 1 + random.Below(1, rows - 1);
            Mixture mixture = _mixes[i].Choose(_shape, random, 2);
            Tensor before = Copy(ref _rows, features);
            Tensor targets = Copy(ref _targets, target);
            Span<float> to = target.Span<float>();
            ReadOnlySpan<float> from = targets.Span<float>();
            int width = target.Length / rows;
            for (int row = 0; row < rows; row++)
            {
                int other = (row + distance) % rows;
                Mix(before, other, features, row, mixture);
                Blend(from.Slice(row * width, width), from.Slice(other * width, width), mixture.TargetShare, to.Slice(row * width, width));
            }
        }
    }

    // Its memory serves every batch that is no longer than the first, which is as long as any.
    private static Tensor Copy(ref Tensor? memory, Tensor source)
    {
        if (memory is null || memory.Length < source.Length)
        {
            memory = Tensor.Zeros(source.Type, source.Shape);
        }

        source.Bytes.CopyTo(memory.Bytes);
        return memory;
    }

    private void Mix(Tensor before, int other, Tensor features, int row, in Mixture mixture)
    {
        for (int channel = 0; channel < _shape.Channels; channel++)
        {
            for (int y = mixture.Top; y < mixture.Top + mixture.Height; y++)
            {
                int at = (((channel * _shape.Height) + y) * _shape.Width) + mixture.Left;
                int second = (other * _shape.Length) + at;
                int first = (row * _shape.Length) + at;
                if (features.Type == DType.Float)
                {
                    Blend(before.Span<float>().Slice(first, mixture.Width), before.Span<float>().Slice(second, mixture.Width), mixture.Share, features.Span<float>().Slice(first, mixture.Width));
                }
                else
                {
                    Blend(before.Bytes.Slice(first, mixture.Width), before.Bytes.Slice(second, mixture.Width), mixture.Share, features.Bytes.Slice(first, mixture.Width));
                }
            }
        }
    }

    private void Blend(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, float share, Span<byte> destination)
    {
        Span<float> a = _first.AsSpan(0, first.Length);
        Span<float> b = _second.AsSpan(0, first.Length);
        TensorPrimitives.ConvertChecked(first, a);
        TensorPrimitives.ConvertChecked(second, b);
        Blend(a, b, share, a);
        Bytes.Round(a, destination);
    }

    private static void Blend(ReadOnlySpan<float> first, ReadOnlySpan<float> second, float share, Span<float> destination)
    {
        TensorPrimitives.Multiply(first, share, destination);
        TensorPrimitives.MultiplyAdd(second, 1 - share, destination, destination);
    }
}
