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

    /// <summary>The augmentations that are measured, by name.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<Augmentation> Chain)> Chains { get; } =
    [
        ("none", []),
        ("shift", [new Shift(2, BorderFill.Zero)]),
        ("shift, flip, cutout", [new Shift(2, BorderFill.Zero), new Flip(FlipAxis.Horizontal), new Cutout(8)]),
        ("rotate", [new Rotate(15, BorderFill.Zero)]),
        ("rotate, scale, shift", [new Rotate(15, BorderFill.Edge), new Zoom(0.9, 1.1, BorderFill.Edge), new Shift(2, BorderFill.Edge, Subpixel: true)]),
        ("brightness, contrast", [new Brightness(0.2), new Contrast(0.2)]),
        ("noise", [new Noise(0.1)]),
        ("elastic", [new Elastic(34, 4, BorderFill.Zero)]),
    ];

    /// <summary>Measures a chain.</summary>
    /// <param name="chain">The augmentations.</param>
    /// <param name="seconds">Time to spend, in seconds.</param>
    /// <param name="cancel">Ends the measurement.</param>
    /// <returns>Rows per second.</returns>
    public double Measure(IReadOnlyList<Augmentation> chain, double seconds, CancellationToken cancel)
    {
        Augmenter? augmenter = chain.Count == 0 ? null : new Augmenter(chain, _images, Seed);
        using var feed = new BatchFeed([_images], _labels, [.. Enumerable.Range(0, Rows)], _case.Batch, Seed, prefetch: false, augmenter: augmenter);
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
}
