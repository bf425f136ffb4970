namespace Anneal.Onnx.Ops;

/// <summary>V2 = momentum·V - lr·(G + weight_decay·(W + momentum·V)); W2 = W + V2, where G is the gradient at W + momentum·V: Nesterov's method as published.</summary>
/// <seealso href="https://proceedings.mlr.press/v28/sutskever13.html">Sutskever et al. (2013)</seealso>
internal sealed class LookAheadStep : Update<LookAheadStep.Rule>
{
    internal readonly struct Rule : IUpdateRule
    {
        public static string[] State { get; } = ["V"];

        public static string[] Settings { get; } = ["momentum", "weight_decay"];

        public static int FactorCount => 3;

        public static void Factors<TNumber>(ReadOnlySpan<TNumber> s, TNumber rate, TNumber t, Span<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            (k[0], k[1], k[2]) = (s[0], s[1], rate);
        }

        public static TNumber Apply<TNumber>(TNumber w, TNumber g, ref TNumber a, ref TNumber b, ref TNumber c, ReadOnlySpan<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            TNumber kept = a * k[0];
            a = kept - ((g + ((w + kept) * k[1])) * k[2]);
            return w + a;
        }
    }
}
