using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("maxpool", "largest element of each window of height and width")]
internal sealed record MaxPoolOptions : PoolOptions;
