using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("avgpool", "mean of each window of height and width")]
internal sealed record AveragePoolOptions : PoolOptions;
