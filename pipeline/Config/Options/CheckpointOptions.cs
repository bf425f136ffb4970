using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record CheckpointOptions
{
    [Key("every_epochs", "epochs between two checkpoints")]
    [Range(1, int.MaxValue)]
    public int EveryEpochs { get; init; } = 1;

    [Key("keep", "how many of the latest checkpoints stay on disk, the best not counted")]
    [Range(1, 10000)]
    public int Keep { get; init; } = 5;
}
