using Anneal.Trainer.Loop;

namespace Anneal.Tests.Loop;

internal sealed class LbfgsTests
{
    // Each with a minimum to the right of 0.
    private static IEnumerable<TestCaseData> Lines()
    {
        yield return Line("parabola", t => ((t - 3) * (t - 3), 2 * (t - 3)));
        yield return Line("quartic", t => (Math.Pow(t - 1, 4) + t, (4 * Math.Pow(t - 1, 3)) + 1));
        yield return Line("Moré and Thuente's first", t => (-t / ((t * t) + 2), ((t * t) - 2) / Math.Pow((t * t) + 2, 2)));
        yield return Line("a wave on a slope", t => (-t + Math.Sin(5 * t) + (0.05 * t * t), -1 + (5 * Math.Cos(5 * t)) - (0.1 * -t)));
        yield return Line("a far minimum", t => (Math.Cosh((t - 500) / 100), Math.Sinh((t - 500) / 100) / 100));
    }

    [TestCaseSource(nameof(Lines))]
    public void Find_FromSeveralFirstPlaces_HoldsTheStrongWolfeConditions(Func<double, (double Value, double Slope)> f)
    {
        (double value, double slope) = f(0.0);
        if (slope >= 0)
        {
            (f, value, slope) = (Shifted(f, 0.5), f(0.5).Value, f(0.5).Slope);
        }

        Assert.That(slope, Is.Negative);
        foreach (double first in new[] { 1e-3, 0.1, 1, 10, 1000 })
        {
            WolfeSearch.Point found = new WolfeSearch(1e-4, 0.9, 60).Find(
                t => new WolfeSearch.Point(t, f(t).Value, f(t).Slope), new WolfeSearch.Point(0, value, slope), first, 0);

            Assert.That(found.T, Is.Positive);
            Assert.That(found.Value, Is.LessThanOrEqualTo(value + (1e-4 * found.T * slope)));
            Assert.That(Math.Abs(found.Slope), Is.LessThanOrEqualTo(0.9 * Math.Abs(slope)));
        }
    }

    // The textbook's matrix, H ← (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ, from γ·I over the pairs that are kept.
    [Test]
    public void Direction_MorePairsThanAreKept_IsThatOfTheMatrix()
    {
        const int Length = 5;
        const int Kept = 3;
        var memory = new LbfgsMemory(Kept, Length);
        var pairs = new List<(double[] S, double[] Y)>();
        for (int k = 0; k < 7; k++)
        {
            double[] s = [.. Enumerable.Range(0, Length).Select(i => Math.Sin((k * 7) + (i * 3) + 1))];
            double[] y = [.. s.Select((x, i) => (x * (i + 1)) + (0.1 * Math.Cos(i + k)))];
            pairs.Add((s, y));
            memory.Add(s, y);
            double[] gradient = [.. Enumerable.Range(0, Length).Select(i => Math.Cos((k * 2) + i))];
            double[,] h = Matrix([.. pairs.TakeLast(Kept)], Length);
            double[] expected = [.. Enumerable.Range(0, Length).Select(i => -Enumerable.Range(0, Length).Sum(j => h[i, j] * gradient[j]))];
            var direction = new double[Length];

            memory.Direction(gradient, direction);

            Assert.That(direction, Is.EqualTo(expected).Within(1e-9));
        }
    }

    [Test]
    public void Add_CurvatureThatIsNotPositive_IsNotKept()
    {
        var memory = new LbfgsMemory(2, 2);

        memory.Add([1, 0], [-1, 0]);

        Assert.That(memory.Count.Span<long>()[0], Is.Zero);
    }

    private static double[,] Matrix((double[] S, double[] Y)[] pairs, int n)
    {
        (double[] last, double[] change) = pairs[^1];
        double gamma = last.Zip(change, (a, b) => a * b).Sum() / change.Sum(b => b * b);
        var h = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            h[i, i] = gamma;
        }

        foreach ((double[] s, double[] y) in pairs)
        {
            double rho = 1 / s.Zip(y, (a, b) => a * b).Sum();
            double[] hy = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Sum(j => h[i, j] * y[j]))];
            double yhy = y.Zip(hy, (a, b) => a * b).Sum();
            var next = new double[n, n];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    next[i, j] = h[i, j] - (rho * ((s[i] * hy[j]) + (hy[i] * s[j]))) + (((rho * rho * yhy) + rho) * s[i] * s[j]);
                }
            }

            h = next;
        }

        return h;
    }

    private static Func<double, (double Value, double Slope)> Shifted(Func<double, (double Value, double Slope)> f, double by) => t => f(t + by);

    private static TestCaseData Line(string name, Func<double, (double Value, double Slope)> f) => new TestCaseData(f).SetArgDisplayNames(name);
}
