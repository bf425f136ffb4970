using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record MonitorOptions
{
    [Key("tensorboard", "whether the run is also written as TensorBoard events, into its folder 'tensorboard'", AffectsResult = false)]
    public bool TensorBoard { get; init; } = true;
}
