using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("final", "the weights after the last step")]
internal sealed record FinalOptions : CandidateOptions;
