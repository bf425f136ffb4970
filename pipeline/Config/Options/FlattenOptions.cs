using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("flatten", "all axes but the first joined into one")]
internal sealed record FlattenOptions : LayerOptions;
