using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("swa", "stochastic weight averaging: some epochs more from the weights that training ended with, and the mean of what these epochs end with")]
internal sealed record SwaOptions : CandidateOptions
{
    [Key("epochs", "epochs after the training", IsPrimary = true)]
    [Range(1, 1000000)]
    public int Epochs { get; init; } = 5;

    [Key("rate", "their learning rate, as a share of the optimizer's")]
    [Range(0, 1000, ExcludesMin = true)]
    public double Rate { get; init; } = 0.5;

    [Key("cycle", "epochs in which the rate falls along a line to the floor before it jumps back; the weights at the ends of cycles are averaged; none keeps the rate constant")]
    [Word("none")]
    [Range(1, 1000000)]
    public int? Cycle { get; init; }

    [Key("floor", "the lowest rate of a cycle, as a share of its first")]
    [Range(0, 1, ExcludesMax = true)]
    public double Floor { get; init; } = 0.1;
}
