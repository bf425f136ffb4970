using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("genetic", "a genetic algorithm, for small networks; a step is a generation")]
internal sealed record GeneticOptions : OptimizerOptions
{
    [Key("deviation", "deviation of a mutation, which the schedule changes as a learning rate", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Deviation { get; init; } = 0.1;

    [Key("population", "individuals of a generation")]
    [Range(2, 100000)]
    public int Population { get; init; } = 50;

    [Key("tournament", "individuals of whom the best becomes a parent; at most the population")]
    [Range(1, 100000)]
    public int Tournament { get; init; } = 3;

    [Key("crossover", "chance that a child takes genes of both parents")]
    [Range(0, 1)]
    public double Crossover { get; init; } = 0.9;

    [Key("mutation", "chance that a gene changes")]
    [Range(0, 1)]
    public double Mutation { get; init; } = 0.1;

    [Key("elite", "best individuals that go on unchanged; fewer than the population")]
    [Range(0, 100000)]
    public int Elite { get; init; } = 2;

    [Key("spread", "deviation of the first generation about the first weights")]
    [Range(0, ExcludesMin = true)]
    public double Spread { get; init; } = 0.5;
}
