using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("weston_watkins", "the hinge of several classes; its probabilities are not calibrated")]
internal sealed record WestonWatkinsOptions : ClassLossOptions;
