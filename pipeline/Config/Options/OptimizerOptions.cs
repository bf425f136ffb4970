using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>How a gradient changes the weights.</summary>
[OneOf(
    typeof(SgdOptions),
    typeof(MomentumOptions),
    typeof(AdagradOptions),
    typeof(RmspropOptions),
    typeof(AdamOptions),
    typeof(AdamwOptions),
    typeof(NadamOptions),
    typeof(LionOptions),
    typeof(LbfgsOptions),
    typeof(GeneticOptions))]
internal abstract record OptimizerOptions;
