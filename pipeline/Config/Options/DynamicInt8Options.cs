using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("dynamic_int8", "weights in 8-bit integers, activations made so while running by the range of each batch")]
internal sealed record DynamicInt8Options : QuantizedOptions;
