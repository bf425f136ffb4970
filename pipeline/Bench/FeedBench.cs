using System.Diagnostics;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Augment;

namespace Anneal.Pipeline.Bench;

/// <summary>Times how fast one thread gathers and augments the rows of a case: the fastest of five slices counts, after one to warm up.</summary>
internal sealed class FeedBench
{
    private const int Rows = 4096;
    private const int Slices = 5;
    private const int Classes = 10;
    private const ulong Seed = 0;

    private readonly StepCase _case;
    private readonly Tensor _images;
    private readonly Tensor _labels = Tensor.Zeros(DType.Int64, Rows);

    /// <summary>Draws the images.</summary>
    /// <param name="case">The case; a row that is no image is one of 28×28.</param>
    public FeedBench(StepCase @case)
    {
        _case = @case;
        _images = Tensor.Zeros(DType.UInt8, @case.Row is [_] ? [Rows, 1, 28, 28] : [Rows, .. @case.Row]);
        ulong key = CounterRandom.Key(Seed, "bench/pixels");
        for (int i = 0; i < _images.Length; i++)
        {
            _images.Bytes[i] = (byte)CounterRandom.UInt32(key, (ulong)i);
        }
    }

    /// <summary>The augmentations that are measured; those of colours only where the images have some.</summary>
    public IReadOnlyList<Chain> Chains =>
    [
        new("none"),
        new("shift", new Shift(2, BorderFill.Zero)),
        new("shift, flip, cutout", new Shift(2, BorderFill.Zero), new Flip(FlipAxis.Horizontal), new Cutout(8)),
        new("crop", new Crop(4, 1, 1, BorderFill.Zero)),
        new("crop and stretch", new Crop(0, 0.25, 4.0 / 3, BorderFill.Zero)),
        new("rotate", new Rotate(15, BorderFill.Zero)),
        new("rotate, scale, shift", new Rotate(15, BorderFill.Edge), new Zoom(0.9, 1.1, BorderFill.Edge), new Shift(2, BorderFill.Edge, Subpixel: true)),
        new("brightness, contrast", new Brightness(0.2), new Contrast(0.2)),
        .. _images.Shape[1] == 3 ? (Chain[])[new("color", new Colour(0.4, 0.1))] : [],
        new("noise", new Noise(0.1)),
        new("elastic", new Elastic(34, 4, BorderFill.Zero)),
        new("mixup") { Mix = new Mixup { Alpha = 0.2 } },
        new("cutmix") { Mix = new Cutmix { Alpha = 1 } },
    ];

    /// <summary>Measures a chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="seconds">Time to spend, in seconds.</param>
    /// <param name="cancel">Ends the measurement.</param>
    /// <returns>Rows per second.</returns>
    public double Measure(Chain chain, double seconds, CancellationToken cancel)
    {
        Augmenter? augmenter = chain.Rows.Length == 0 ? null : new Augmenter(chain.Rows, _images, Seed);
        Mixer? mixer = chain.Mix is null ? null : new Mixer([chain.Mix], _images, _labels, Classes, Seed);
        using var feed = new BatchFeed([_images], _labels, [.. Enumerable.Range(0, Rows)], _case.Batch, Seed, prefetch: false, augmenter: augmenter, mixer: mixer);
        double best = 0;
        for (int slice = 0; slice <= Slices; slice++)
        {
            long rows = 0;
            long start = Stopwatch.GetTimestamp();
            while (rows == 0 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds / Slices)
            {
                cancel.ThrowIfCancellationRequested();
                rows += feed.Next().Rows;
            }

            best = slice == 0 ? 0 : Math.Max(best, rows / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    /// <summary>Changes of rows one after another, and perhaps a mix of batches behind them.</summary>
    /// <param name="Name">Their names.</param>
    /// <param name="Rows">The changes.</param>
    internal sealed record Chain(string Name, params Augmentation[] Rows)
    {
        /// <summary>The mix; null for none.</summary>
        public BatchMix? Mix { get; init; }
    }
}
