namespace Anneal.Onnx.Ops;

/// <summary>
/// g = G + weight_decay·W; M2 = β₁·M + (1-β₁)·g; V2 = β₂·V + (1-β₂)·g²; W2 = W - lr·decoupled_decay·W - lr·M̂ / (√V̂ + epsilon),
/// where M̂ = M2 / (1-β₁ᵗ) and V̂ = V2 / (1-β₂ᵗ) with a bias_correction of 1, M2 and V2 with 0.
/// </summary>
/// <seealso href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter, Decoupled weight decay regularization (2017)</seealso>
internal sealed class AdamWStep : Update<AdamWStep.Rule>
{
    internal readonly struct Rule : IUpdateRule
    {
        public static string[] State { get; } = ["M", "V"];

        public static string[] Settings { get; } = ["beta1", "beta2", "epsilon", "weight_decay", "decoupled_decay", "bias_correction"];

        public static int FactorCount => 9;

        public static bool UsesStep => true;

        public static void Factors<TNumber>(ReadOnlySpan<TNumber> s, TNumber rate, TNumber t, Span<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            TNumber one = rate.Number(1);
            (k[0], k[1], k[2], k[3]) = (s[0], one - s[0], s[1], one - s[1]);
            (k[4], k[5], k[6]) = (s[2], s[3], one - (rate * s[4]));
            k[7] = rate / (one - (s[5] * TNumber.Pow(s[0], t)));
            k[8] = one / TNumber.Sqrt(one - (s[5] * TNumber.Pow(s[1], t)));
        }

        public static TNumber Apply<TNumber>(TNumber w, TNumber g, ref TNumber a, ref TNumber b, ref TNumber c, ReadOnlySpan<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            g += w * k[5];
            a = (a * k[0]) + (g * k[1]);
            b = (b * k[2]) + (g * g * k[3]);
            return (w * k[6]) - (a * k[7] / ((TNumber.Sqrt(b) * k[8]) + k[4]));
        }
    }
}
