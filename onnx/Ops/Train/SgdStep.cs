namespace Anneal.Onnx.Ops;

/// <summary>W2 = W - lr·(G + weight_decay·W).</summary>
internal sealed class SgdStep : Update<SgdStep.Rule>
{
    internal readonly struct Rule : IUpdateRule
    {
        public static string[] State { get; } = [];

        public static string[] Settings { get; } = ["weight_decay"];

        public static int FactorCount => 2;

        public static void Factors<TNumber>(ReadOnlySpan<TNumber> s, TNumber rate, TNumber t, Span<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            (k[0], k[1]) = (s[0], rate);
        }

        public static TNumber Apply<TNumber>(TNumber w, TNumber g, ref TNumber a, ref TNumber b, ref TNumber c, ReadOnlySpan<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            return w - ((g + (w * k[0])) * k[1]);
        }
    }
}
