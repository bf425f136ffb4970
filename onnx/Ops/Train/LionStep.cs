namespace Anneal.Onnx.Ops;

/// <summary>W2 = W - lr·(sign(β₁·M + (1-β₁)·G) + weight_decay·W); M2 = β₂·M + (1-β₂)·G.</summary>
/// <seealso href="https://arxiv.org/abs/2302.06675">Chen et al., Symbolic discovery of optimization algorithms (2023)</seealso>
internal sealed class LionStep : Update<LionStep.Rule>
{
    internal readonly struct Rule : IUpdateRule
    {
        public static string[] State { get; } = ["M"];

        public static string[] Settings { get; } = ["beta1", "beta2", "weight_decay"];

        public static int FactorCount => 6;

        public static void Factors<TNumber>(ReadOnlySpan<TNumber> s, TNumber rate, TNumber t, Span<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            TNumber one = rate.Number(1);
            (k[0], k[1], k[2], k[3]) = (s[0], one - s[0], s[1], one - s[1]);
            (k[4], k[5]) = (rate, one - (rate * s[2]));
        }

        public static TNumber Apply<TNumber>(TNumber w, TNumber g, ref TNumber a, ref TNumber b, ref TNumber c, ReadOnlySpan<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            TNumber direction = TNumber.Sign((a * k[0]) + (g * k[1]));
            a = (a * k[2]) + (g * k[3]);
            return (w * k[5]) - (direction * k[4]);
        }
    }
}
