namespace Anneal.Onnx.Ops;

/// <summary>g = G + weight_decay·W; V2 = momentum·V + (1 - momentum)·g; W2 = W - lr·V2 / (1 - momentumᵗ), where t is the step from 1.</summary>
/// <seealso href="https://arxiv.org/abs/1412.6980">Kingma and Ba (2014), whose first moment this is</seealso>
internal sealed class AverageMomentumStep : Update<AverageMomentumStep.Rule>
{
    internal readonly struct Rule : IUpdateRule
    {
        public static string[] State { get; } = ["V"];

        public static string[] Settings { get; } = ["momentum", "weight_decay"];

        public static int FactorCount => 4;

        public static bool UsesStep => true;

        public static void Factors<TNumber>(ReadOnlySpan<TNumber> s, TNumber rate, TNumber t, Span<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            TNumber one = rate.Number(1);
            (k[0], k[1], k[2], k[3]) = (s[0], one - s[0], s[1], rate / (one - TNumber.Pow(s[0], t)));
        }

        public static TNumber Apply<TNumber>(TNumber w, TNumber g, ref TNumber a, ref TNumber b, ref TNumber c, ReadOnlySpan<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            a = (a * k[0]) + ((g + (w * k[2])) * k[1]);
            return w - (a * k[3]);
        }
    }
}
