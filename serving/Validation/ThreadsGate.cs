namespace Anneal.Serving.Validation;

/// <summary>The answers do not depend on how many threads ONNX Runtime has: the largest difference to one thread stays within a limit.</summary>
/// <param name="maxAbs">The limit.</param>
public sealed class ThreadsGate(double maxAbs) : IGate
{
    private const int MostRows = 256;
    private static readonly int[] s_threads = [1, 2, 3, 4];

    /// <inheritdoc/>
    public string Name => "determinism.threads";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        SampleRows rows = SampleRows.Of(context.Set, MostRows);
        Pass[] passes = [.. s_threads.Select(Run)];
        Difference worst = passes.Skip(1).Select(p => Difference.Between(passes[0].Outputs, p)).MaxBy(d => d.Value)!;
        string detail = worst.Where.Length == 0
            ? "equal"
            : FormattableString.Invariant($"largest difference to one thread {worst.Value:g6}: {worst.Where}");
        return new GateResult(Name, worst.Value <= maxAbs, worst.Value, maxAbs, $"{rows.Numbers.Length} rows on {string.Join(", ", s_threads)} threads: {detail}");

        Pass Run(int threads)
        {
            using OrtModel model = context.Model.Reopen(threads);
            return rows.Run(model);
        }
    }
}
