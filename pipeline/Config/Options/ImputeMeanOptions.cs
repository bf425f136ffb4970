using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("mean", "the mean of the column's numbers")]
internal sealed record ImputeMeanOptions : ImputeOptions;
