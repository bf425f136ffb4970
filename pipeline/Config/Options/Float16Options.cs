using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("float16", "weights and products in 16-bit floats, sensitive ops in float: half the size")]
internal sealed record Float16Options : VariantOptions;
