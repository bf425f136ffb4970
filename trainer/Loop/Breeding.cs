using Anneal.Onnx.Kernels;
using Anneal.Trainer.Optimizers;

namespace Anneal.Trainer.Loop;

/// <summary>One generation from another: selection by tournament, uniform crossover, normal mutation, an elite that goes on.</summary>
/// <remarks>Every draw is a function of seed, generation, child and gene.</remarks>
/// <param name="settings">The settings.</param>
/// <param name="genes">Genes of an individual.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class Breeding(Genetic settings, int genes, ulong seed)
{
    private readonly ulong _key = CounterRandom.Key(seed, "genetic");
    private readonly ulong _stride = ((ulong)settings.Tournament * 2) + 1 + ((ulong)genes * 4);

    /// <summary>The first generation: the given individual, and others about it.</summary>
    /// <param name="first">The individual.</param>
    /// <param name="population">Receives the individuals, one after another.</param>
    public void Begin(ReadOnlySpan<float> first, Span<float> population)
    {
        for (int i = 0; i < settings.Population; i++)
        {
            Span<float> one = population.Slice(i * genes, genes);
            ulong draw = Draw(0, i) + ((ulong)settings.Tournament * 2) + 1;
            for (int k = 0; k < genes; k++)
            {
                one[k] = i == 0 ? first[k] : first[k] + (float)(settings.Spread * Normal(draw + ((ulong)k * 4) + 2));
            }
        }
    }

    /// <summary>The next generation: the elite in order, then children.</summary>
    /// <param name="generation">Its number, from 1.</param>
    /// <param name="deviation">The deviation of a mutation.</param>
    /// <param name="population">The individuals.</param>
    /// <param name="fitness">What each costs; the least is best, a tie goes to the earlier.</param>
    /// <param name="next">Receives the individuals.</param>
    public void Next(long generation, float deviation, ReadOnlySpan<float> population, ReadOnlySpan<double> fitness, Span<float> next)
    {
        for (int i = 0; i < settings.Elite; i++)
        {
            population.Slice(Ranked(fitness, i) * genes, genes).CopyTo(next.Slice(i * genes, genes));
        }

        for (int child = settings.Elite; child < settings.Population; child++)
        {
            ulong draw = Draw(generation, child);
            ReadOnlySpan<float> mother = population.Slice(Winner(fitness, draw) * genes, genes);
            ReadOnlySpan<float> father = population.Slice(Winner(fitness, draw + (ulong)settings.Tournament) * genes, genes);
            draw += (ulong)settings.Tournament * 2;
            bool mixes = Chance(draw++) < settings.Crossover;
            Span<float> to = next.Slice(child * genes, genes);
            for (int k = 0; k < genes; k++, draw += 4)
            {
                float gene = mixes && Chance(draw) < 0.5 ? father[k] : mother[k];
                to[k] = Chance(draw + 1) < settings.Mutation ? gene + (float)(deviation * Normal(draw + 2)) : gene;
            }
        }
    }

    private ulong Draw(long generation, int child) => (((ulong)generation * (ulong)settings.Population) + (ulong)child) * _stride;

    // The individual whose rank is given: by cost, then by place.
    private static int Ranked(ReadOnlySpan<double> fitness, int rank)
    {
        for (int i = 0; i < fitness.Length; i++)
        {
            int before = 0;
            for (int k = 0; k < fitness.Length; k++)
            {
                before += fitness[k] < fitness[i] || (fitness[k] == fitness[i] && k < i) ? 1 : 0;
            }

            if (before == rank)
            {
                return i;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    private int Winner(ReadOnlySpan<double> fitness, ulong draw)
    {
        int best = Pick(draw);
        for (int i = 1; i < settings.Tournament; i++)
        {
            int other = Pick(draw + (ulong)i);
            best = fitness[other] < fitness[best] || (fitness[other] == fitness[best] && other < best) ? other : best;
        }

        return best;
    }

    private int Pick(ulong draw) => (int)(((ulong)CounterRandom.UInt32(_key, draw) * (ulong)settings.Population) >> 32);

    private double Chance(ulong draw) => CounterRandom.UInt32(_key, draw) / 4294967296.0;

    private double Normal(ulong draw) =>
        Math.Sqrt(-2 * Math.Log((CounterRandom.UInt32(_key, draw) + 0.5) / 4294967296.0)) * Math.Sin(2 * Math.PI * Chance(draw + 1));
}
