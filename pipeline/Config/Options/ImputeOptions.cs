using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>What fills a missing number.</summary>
[OneOf(typeof(ImputeMeanOptions), typeof(ImputeMedianOptions), typeof(ImputeConstantOptions))]
internal abstract record ImputeOptions;
