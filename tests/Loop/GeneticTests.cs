using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Loop;

/// <summary>The genetic algorithm against a plain one that draws the same numbers and computes losses by itself, in double.</summary>
internal sealed class GeneticTests
{
    private const ulong Seed = 3;
    private const int Inputs = 8;
    private const int Hidden = 16;
    private const int Classes = 3;
    private const float Penalty = 0.02f;
    private const int Genes = (Inputs * Hidden) + Hidden + (Hidden * Classes) + Classes;
    private static readonly float[] s_rates = [0.3f, 0.2f, 0.1f, 0.05f, 0.4f];

    [TestCase(1.0, 0.3, 2, 3)]
    [TestCase(0.6, 0.05, 0, 2)]
    [TestCase(0.0, 1.0, 5, 12)]
    public void Run_SeveralGenerations_AreThoseOfThePlainAlgorithm(double crossover, double mutation, int elite, int tournament)
    {
        var settings = new Genetic(Population: 12, tournament, crossover, mutation, elite, Spread: 0.4);
        using var problem = new Trained(0, new UpdateSettings(settings) { Regularization = new Regularization { L2 = Penalty } });
        using var runner = new SimdRunner(1);
        using IStepDriver driver = StepDrivers.Open(problem.Graphs, runner, Seed);
        int rows = problem.Rows.Rows.Length;
        using var feed = new BatchFeed(problem.Rows.Features, problem.Rows.Target, problem.Rows.Rows, rows, null);
        float[][] population = First(settings, [.. problem.Graphs.Parameters.SelectMany(p => p.Initial.Span<float>().ToArray())]);
        for (int generation = 0; generation < s_rates.Length; generation++)
        {
            if (generation > 0)
            {
                population = Next(settings, generation, s_rates[generation], population, [.. population.Select(w => Cost(w, problem.Rows))]);
            }

            StepResult result = driver.Run(feed, rows, s_rates[generation], generation + 1);

            float[][] found = [.. driver.Read("genetic.population").Span<float>().ToArray().Chunk(Genes)];
            double[] costs = [.. population.Select(w => Cost(w, problem.Rows))];
            for (int i = 0; i < settings.Population; i++)
            {
                // The same sums of floats; sines and logarithms may differ in their last digit.
                Assert.That(found[i], Is.EqualTo(population[i]).Within(1e-6), $"individual {i} of generation {generation}");
            }

            // The engine adds up in floats.
            Assert.That(driver.Read("genetic.fitness").Span<double>().ToArray(), Is.EqualTo(costs).Within(1e-5), $"generation {generation}");
            float[] best = population[Array.IndexOf(costs, costs.Min())];
            Assert.That(problem.Graphs.Parameters.SelectMany(p => driver.Read(p.Name).Span<float>().ToArray()), Is.EqualTo(best).Within(1e-6), "the best is the model");
            Assert.That(result.Loss, Is.EqualTo(costs.Min() - PenaltyOf(best)).Within(1e-5), "a step's loss has no penalty");
        }
    }

    private static float[][] First(Genetic settings, float[] initial) =>
    [
        .. Enumerable.Range(0, settings.Population).Select(i =>
        {
            Draws draws = DrawsOf(settings, 0, i);
            return i == 0 ? initial : initial.Select((w, k) => w + (float)(settings.Spread * draws.Normal(k))).ToArray();
        }),
    ];

    private static float[][] Next(Genetic settings, int generation, float rate, float[][] population, double[] costs)
    {
        int[] ranked = [.. Enumerable.Range(0, costs.Length).OrderBy(i => costs[i])];
        var next = new List<float[]>(ranked.Take(settings.Elite).Select(i => population[i]));
        while (next.Count < settings.Population)
        {
            Draws draws = DrawsOf(settings, generation, next.Count);
            float[][] parents = [.. Enumerable.Range(0, 2).Select(p => population[Enumerable.Range(0, settings.Tournament).Select(t => draws.Contender(p, t)).MinBy(i => Array.IndexOf(ranked, i))])];
            bool mixes = draws.Mixes < settings.Crossover;
            next.Add([.. Enumerable.Range(0, Genes).Select(k =>
            {
                float gene = parents[mixes && draws.Parent(k) < 0.5 ? 1 : 0][k];
                return draws.Mutates(k) < settings.Mutation ? gene + (float)(rate * draws.Normal(k)) : gene;
            })]);
        }

        return [.. next];
    }

    // The mean cross-entropy of a softmax behind a hidden layer of Relu, and half the penalty times the squares of the weights.
    private static double Cost(float[] w, RowSet set)
    {
        double sum = 0;
        foreach (int row in set.Rows)
        {
            float[] x = set.Features[0].Rows(row, 1).Span<float>().ToArray();
            double[] hidden = [.. Enumerable.Range(0, Hidden).Select(h => Math.Max(0, w[(Inputs * Hidden) + h] + Enumerable.Range(0, Inputs).Sum(i => (double)x[i] * w[(i * Hidden) + h])))];
            int second = (Inputs + 1) * Hidden;
            double[] z = [.. Enumerable.Range(0, Classes).Select(c => w[second + (Hidden * Classes) + c] + Enumerable.Range(0, Hidden).Sum(h => hidden[h] * w[second + (h * Classes) + c]))];
            sum += Math.Log(z.Sum(Math.Exp)) - z[set.Target.Span<long>()[row]];
        }

        return (sum / set.Rows.Length) + PenaltyOf(w);
    }

    private static double PenaltyOf(float[] w)
    {
        int second = (Inputs + 1) * Hidden;
        return Penalty / 2 * w.Where((_, i) => i < Inputs * Hidden || (i >= second && i < second + (Hidden * Classes))).Sum(x => (double)x * x);
    }

    private static Draws DrawsOf(Genetic settings, int generation, int child) =>
        new(settings, (ulong)((generation * settings.Population) + child) * (ulong)((2 * settings.Tournament) + 1 + (4 * Genes)));

    // What is drawn for one child: contenders of two tournaments, whether it mixes, and four numbers a gene.
    private readonly record struct Draws(Genetic Settings, ulong Start)
    {
        private static readonly ulong s_key = CounterRandom.Key(Seed, "genetic");

        public double Mixes => Uniform(2 * Settings.Tournament);

        public int Contender(int parent, int number) => (int)(Uniform((parent * Settings.Tournament) + number) * Settings.Population);

        public double Parent(int gene) => Uniform(OfGene(gene));

        public double Mutates(int gene) => Uniform(OfGene(gene) + 1);

        // Box and Muller's.
        public double Normal(int gene) => Math.Sqrt(-2 * Math.Log(Uniform(OfGene(gene) + 2) + (0.5 / 4294967296.0))) * Math.Sin(2 * Math.PI * Uniform(OfGene(gene) + 3));

        private int OfGene(int gene) => (2 * Settings.Tournament) + 1 + (4 * gene);

        private double Uniform(int offset) => CounterRandom.UInt32(s_key, Start + (ulong)offset) / 4294967296.0;
    }
}
