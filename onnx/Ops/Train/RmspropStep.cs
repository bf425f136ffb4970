namespace Anneal.Onnx.Ops;

/// <summary>
/// g = G + weight_decay·W; S2 = decay·S + (1-decay)·g²; A2 = decay·A + (1-decay)·g; B2 = momentum·B + g / (√(S2 - centered·A2²) + epsilon);
/// W2 = W - lr·B2. A centered of 1 subtracts the mean, 0 does not.
/// </summary>
/// <remarks>Rounding may leave the difference under the root below 0: it is 0 then.</remarks>
/// <seealso href="https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf">Tieleman and Hinton (2012)</seealso>
/// <seealso href="https://arxiv.org/abs/1308.0850">Graves (2013), who centres it</seealso>
internal sealed class RmspropStep : Update<RmspropStep.Rule>
{
    internal readonly struct Rule : IUpdateRule
    {
        public static string[] State { get; } = ["S", "A", "B"];

        public static string[] Settings { get; } = ["decay", "epsilon", "momentum", "centered", "weight_decay"];

        public static int FactorCount => 8;

        public static void Factors<TNumber>(ReadOnlySpan<TNumber> s, TNumber rate, TNumber t, Span<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            (k[0], k[1], k[2], k[3]) = (s[0], rate.Number(1) - s[0], s[1], s[2]);
            (k[4], k[5], k[6], k[7]) = (s[3], s[4], rate, rate.Number(0));
        }

        public static TNumber Apply<TNumber>(TNumber w, TNumber g, ref TNumber a, ref TNumber b, ref TNumber c, ReadOnlySpan<TNumber> k)
            where TNumber : struct, IUpdateNumber<TNumber>
        {
            g += w * k[5];
            a = (a * k[0]) + (g * g * k[1]);
            b = (b * k[0]) + (g * k[1]);
            c = (c * k[3]) + (g / (TNumber.Sqrt(TNumber.Max(a - (b * b * k[4]), k[7])) + k[2]));
            return w - (c * k[6]);
        }
    }
}
