using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>The rows stored with the model are answered here as they were by the trainer: numbers within a limit, decisions alike.</summary>
/// <param name="golden">The rows.</param>
/// <param name="maxAbs">The limit of numbers.</param>
public sealed class GoldenRowsGate(GoldenRows golden, double maxAbs) : IGate
{
    /// <inheritdoc/>
    public string Name => "golden.max_abs";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        Pass pass = Pass.Run(context.Model, golden.Inputs, golden.Rows, golden.Rows);
        Difference worst = Difference.Between(golden.Outputs, pass);
        string[] otherwise = [.. golden.Outputs.Where(o => !o.Value.Type.IsFloating() && !IsSame(o.Value, pass.Outputs.GetValueOrDefault(o.Key))).Select(o => $"'{o.Key}'")];
        string numbers = worst.Where.Length == 0 ? "answered as by the trainer" : FormattableString.Invariant($"largest difference {worst.Value:g6}: {worst.Where}");
        string decisions = otherwise.Length == 0 ? "" : $"; decided otherwise: output {string.Join(", ", otherwise)}";
        return new GateResult(Name, worst.Value <= maxAbs && otherwise.Length == 0, worst.Value, maxAbs, $"{golden.Rows} rows stored with the model, {numbers}{decisions}");
    }

    private static bool IsSame(Tensor expected, Tensor? actual) => actual is not null && actual.Type == expected.Type && actual.Shape.SequenceEqual(expected.Shape)
        && (expected.Type == DType.String ? actual.Strings.SequenceEqual(expected.Strings) : actual.Bytes.SequenceEqual(expected.Bytes));
}
