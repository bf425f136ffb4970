namespace Anneal.Onnx.Ops;

/// <summary>V2 = momentum·V - lr·(G + weight_decay·W); W2 = W + momentum·V2 - lr·(G + weight_decay·W): Nesterov's method in terms of the weights looked ahead to.</summary>
/// <seealso href="https://proceedings.mlr.press/v28/sutskever13.html">Sutskever et al. (2013)</seealso>
internal sealed class NesterovStep : Update<NesterovStep.Rule>
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
            TNumber step = (g + (w * k[1])) * k[2];
            a = (a * k[0]) - step;
            return w + ((a * k[0]) - step);
        }
    }
}
