using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("best", "the weights that were best on the validation rows")]
internal sealed record BestOptions : CandidateOptions;
