namespace Anneal.Trainer.Data.Augment;

/// <summary>Draws from the symmetric beta distribution.</summary>
internal static class Beta
{
    /// <summary>A number from Beta(α, α), by two gamma numbers.</summary>
    /// <param name="alpha">α, above 0.</param>
    /// <param name="random">The random numbers.</param>
    /// <param name="draw">The first of those that are used; how many more are is a matter of chance.</param>
    /// <returns>A number in [0, 1].</returns>
    public static double Draw(double alpha, SampleRandom random, uint draw)
    {
        double first = LogGamma(alpha, random, ref draw);
        double second = LogGamma(alpha, random, ref draw);
        return 1 / (1 + Math.Exp(second - first));
    }

    // Marsaglia and Tsang's method, whose shape is to be 1 at least: Gamma(α) is Gamma(α + 1) · U^(1/α). By logarithms, as a small α gives numbers
    // that a double cannot hold.
    private static double LogGamma(double alpha, SampleRandom random, ref uint draw)
    {
        double boost = Math.Log(Open(random, ref draw)) / alpha;
        double d = alpha + 1 - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Math.Sqrt(-2 * Math.Log(Open(random, ref draw))) * Math.Cos(2 * Math.PI * Open(random, ref draw));
            double v = Math.Pow(1 + (c * x), 3);
            double u = Open(random, ref draw);
            if (v > 0 && Math.Log(u) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return Math.Log(d * v) + boost;
            }
        }
    }

    private static double Open(SampleRandom random, ref uint draw) => random.Between(draw++, 0, 1) + (0.5 / 4294967296.0);
}
