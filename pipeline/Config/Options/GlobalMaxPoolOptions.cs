using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("global_maxpool", "largest element of each channel")]
internal sealed record GlobalMaxPoolOptions : LayerOptions;
