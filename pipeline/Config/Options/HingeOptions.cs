using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("hinge", "the hinge of two classes or of labels; its probabilities are not calibrated")]
internal sealed record HingeOptions : ClassLossOptions;
