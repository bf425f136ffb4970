using Anneal.Trainer.Loop;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Loop;

internal sealed class BreedingTests
{
    private const int Genes = 40;
    private const int Size = 30;

    // Individual i is of genes i: a child tells its parents.
    private static readonly float[] s_population = [.. Enumerable.Range(0, Size).SelectMany(i => Enumerable.Repeat((float)i, Genes))];
    private static readonly double[] s_fitness = [.. Enumerable.Range(0, Size).Select(i => (double)((i * 7) % Size))];

    [Test]
    public void Next_Elite_GoesOnInTheOrderOfItsCost()
    {
        float[] next = Next(new Genetic(Size, Elite: 4));

        Assert.That(Enumerable.Range(0, 4).Select(i => next[i * Genes]), Is.EqualTo(Enumerable.Range(0, Size).OrderBy(i => s_fitness[i]).Take(4)));
    }

    [Test]
    public void Next_CrossoverWithoutMutation_TakesEachGeneFromOneOfTwoParents()
    {
        float[] next = Next(new Genetic(Size, Crossover: 1, Mutation: 0, Elite: 0));

        float[][] children = [.. next.Chunk(Genes)];
        Assert.That(children.Select(c => c.Distinct().Count()), Is.All.LessThanOrEqualTo(2));
        float[] mixed = [.. children.Where(c => c.Distinct().Count() == 2).Select(c => (float)c.Count(g => g == c[0]) / Genes)];
        Assert.That(mixed, Has.Length.GreaterThan(Size / 2));
        Assert.That(mixed.Average(), Is.InRange(0.4, 0.6), "half of the genes from each");
    }

    [Test]
    public void Next_NoCrossover_CopiesWinnersOfTournaments()
    {
        float[] next = Next(new Genetic(Size, Tournament: Size, Crossover: 0, Mutation: 0, Elite: 0));
        float[] random = Next(new Genetic(Size, Tournament: 1, Crossover: 0, Mutation: 0, Elite: 0));

        double strict = next.Chunk(Genes).Average(c => s_fitness[(int)c[0]]);
        double free = random.Chunk(Genes).Average(c => s_fitness[(int)c[0]]);
        Assert.That(next.Chunk(Genes).Select(c => c.Distinct().Count()), Is.All.EqualTo(1));
        Assert.That(strict, Is.LessThan(2), "a tournament of as many as there are nearly always meets the best");
        Assert.That(free, Is.InRange(9, 20), "a tournament of one is chance");
    }

    [Test]
    public void Next_Mutation_MovesItsShareByNormalNumbers()
    {
        float[] next = Next(new Genetic(Size, Tournament: 1, Crossover: 0, Mutation: 0.25, Elite: 0), deviation: 0.01f);

        double[] moves = [.. next.Select(g => g - Math.Round(g)).Where(m => m != 0)];
        Assert.That(moves.Length, Is.InRange(0.2 * next.Length, 0.3 * next.Length));
        Assert.That(Math.Sqrt(moves.Average(m => m * m)), Is.InRange(0.008, 0.012));
        Assert.That(moves.Average(), Is.InRange(-0.002, 0.002));
    }

    [Test]
    public void Begin_FirstIsTheGiven_OthersLieAboutIt()
    {
        var population = new float[Size * Genes];
        float[] first = [.. Enumerable.Repeat(2f, Genes)];

        new Breeding(new Genetic(Size, Spread: 0.5), Genes, 3).Begin(first, population);

        Assert.That(population.Take(Genes), Is.EqualTo(first));
        double[] moves = [.. population.Skip(Genes).Select(g => g - 2.0)];
        Assert.That(Math.Sqrt(moves.Average(m => m * m)), Is.InRange(0.45, 0.55));
    }

    private static float[] Next(Genetic settings, float deviation = 0.1f)
    {
        var next = new float[s_population.Length];
        new Breeding(settings, Genes, 3).Next(1, deviation, s_population, s_fitness, next);
        return next;
    }
}
