namespace Anneal.Onnx.Ops;

/// <summary>g = G + weight_decay·W; H2 = H + g²; W2 = W - lr·g / (√H2 + epsilon).</summary>
/// <seealso href="https://jmlr.org/papers/v12/duchi11a.html">Duchi, Hazan and Singer (2011)</seealso>
internal sealed class AdagradStep : Update<AdagradStep.Rule>
{
    internal readonly struct Rule : IUpdateRule
    {
        public static string[] State { get; } = ["H"];

        public static string[] Settings { get; } = ["epsilon", "weight_decay"];

        public static int FactorCount => 3;

        public static void Factors<TNumber>(ReadOnlySpan<TNumber> s, TNumber rate, TNumber t, Span<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            (k[0], k[1], k[2]) = (s[0], s[1], rate);
        }

        public static TNumber Apply<TNumber>(TNumber w, TNumber g, ref TNumber a, ref TNumber b, ref TNumber c, ReadOnlySpan<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            g += w * k[1];
            a += g * g;
            return w - (g * k[2] / (TNumber.Sqrt(a) + k[0]));
        }
    }
}
