using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>The largest absolute difference between two sets of answers and where it is.</summary>
/// <param name="Value">max |a - b|; infinite where one of the two is no number.</param>
/// <param name="Where">Output, row and batch size, as text; empty when there is no difference.</param>
/// <param name="Row">The row; null when there is no difference.</param>
internal sealed record Difference(double Value, string Where, int? Row = null)
{
    public static Difference None { get; } = new(0, "");

    /// <summary>Compares the outputs that both sides have and that hold numbers, on the rows that a pass ran.</summary>
    public static Difference Between(IReadOnlyDictionary<string, Tensor> expected, Pass pass)
    {
        Difference worst = None;
        foreach ((string name, Tensor all) in expected.Where(e => e.Value.Type.IsFloating()))
        {
            Tensor a = pass.Of(all);
            Tensor b = pass.Outputs.GetValueOrDefault(name) ?? throw AnnealException.BadData($"the model has no output '{name}' to compare with");
            if (a.Type != DType.Float || b.Type != DType.Float || a.Length != b.Length)
            {
                throw AnnealException.BadData($"got {b}, expected {a}").In($"output '{name}'");
            }

            ReadOnlySpan<float> x = a.Span<float>();
            ReadOnlySpan<float> y = b.Span<float>();
            for (int i = 0; i < x.Length; i++)
            {
                double d = Math.Abs((double)x[i] - y[i]);
                d = double.IsNaN(d) ? double.PositiveInfinity : d;
                if (d > worst.Value)
                {
                    int row = pass.NumberOf(i / (a.Length / a.Shape[0]));
                    worst = new Difference(d, FormattableString.Invariant($"output '{name}', row {row}, batch size {pass.Batch}"), row);
                }
            }
        }

        return worst;
    }
}
