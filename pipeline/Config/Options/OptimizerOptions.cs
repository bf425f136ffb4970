using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>How a gradient changes the weights.</summary>
[OneOf(typeof(SgdOptions), typeof(MomentumOptions), typeof(AdamOptions))]
internal abstract record OptimizerOptions;
