using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("huber", "squared error of small errors, absolute of large ones; of a regression")]
internal sealed record HuberOptions : LossOptions
{
    [Key("delta", "the error between them, in deviations of the number", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Delta { get; init; } = 1;
}
