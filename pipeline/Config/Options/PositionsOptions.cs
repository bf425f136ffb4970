using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("positions", "adds a trained vector to each time step, by which attention tells one step from another")]
internal sealed record PositionsOptions : LayerOptions;
