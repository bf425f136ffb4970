using System.Diagnostics;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>The model answers a batch faster than another one in ONNX Runtime: both run in turn, and the shortest time of each counts.</summary>
/// <param name="other">The model to be faster than.</param>
/// <param name="batch">Rows per run.</param>
public sealed class FasterGate(OrtModel other, int batch) : IGate
{
    private const int Rounds = 25;
    private const double RoundMs = 8;
    private const int MostRuns = 1000;

    /// <inheritdoc/>
    public string Name => "faster";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        int rows = Math.Min(batch, context.Set.Rows);
        Tensor[] own = FeedsOf(context.Model);
        Tensor[] others = FeedsOf(other);
        int runs = (int)Math.Clamp(RoundMs / Math.Max(1e-3, Math.Min(Time(context.Model, own, 2), Time(other, others, 2))), 1, MostRuns);
        double best = double.PositiveInfinity;
        double bestOther = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            best = Math.Min(best, Time(context.Model, own, runs));
            bestOther = Math.Min(bestOther, Time(other, others, runs));
        }

        double ratio = bestOther / best;
        return new GateResult(Name, ratio > 1, ratio, 1, FormattableString.Invariant(
            $"{best:g4} ms for {rows} rows, {bestOther:g4} ms of the float model: {ratio:0.00} times as fast, expected more than 1"));

        Tensor[] FeedsOf(OrtModel model) => [.. model.Inputs.Select(i => context.Set.Feeds[i.Name].Rows(0, rows).Clone())];
    }

    private static double Time(OrtModel model, Tensor[] feeds, int runs)
    {
        var fetches = new Tensor?[model.Outputs.Count];
        long start = Stopwatch.GetTimestamp();
        for (int run = 0; run < runs; run++)
        {
            model.Run(feeds, fetches);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / runs;
    }
}
