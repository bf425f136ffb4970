using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("median", "their median")]
internal sealed record ImputeMedianOptions : ImputeOptions;
