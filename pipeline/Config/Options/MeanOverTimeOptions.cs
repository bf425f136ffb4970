using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("mean_over_time", "the mean of [N, time, features] over time")]
internal sealed record MeanOverTimeOptions : LayerOptions;
