namespace Anneal.Onnx.Ops;

/// <summary>V2 = momentum·V - lr·(G + weight_decay·W); W2 = W + V2.</summary>
/// <seealso href="https://doi.org/10.1016/0041-5553(64)90137-5">Polyak, Some methods of speeding up the convergence of iteration methods (1964)</seealso>
internal sealed class MomentumStep : Update<MomentumStep.Rule>
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
            a = (a * k[0]) - ((g + (w * k[1])) * k[2]);
            return w + a;
        }
    }
}
