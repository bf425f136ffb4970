using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("global_avgpool", "mean of each channel")]
internal sealed record GlobalAveragePoolOptions : LayerOptions;
