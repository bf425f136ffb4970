namespace Anneal.Trainer.Optimizers;

/// <summary>A genetic algorithm over the parameters as one vector: only losses are asked for. For small networks.</summary>
/// <param name="Population">Individuals, at least 2.</param>
/// <param name="Tournament">Individuals of whom the best becomes a parent, from 1 to the population.</param>
/// <param name="Crossover">The chance that a child takes each gene from either parent, rather than all from the first, in [0, 1].</param>
/// <param name="Mutation">The chance that a gene is moved by a normal number whose deviation is the learning rate, in [0, 1].</param>
/// <param name="Elite">The best individuals, who go on unchanged, from 0 and fewer than the population.</param>
/// <param name="Spread">The deviation of the first population about the first parameters, above 0.</param>
/// <seealso href="https://doi.org/10.7551/mitpress/1090.001.0001">Holland, Adaptation in natural and artificial systems (1975)</seealso>
public sealed record Genetic(int Population = 50, int Tournament = 3, double Crossover = 0.9, double Mutation = 0.1, int Elite = 2, double Spread = 0.5) : Optimizer("genetic");
