using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>How rows are held out of the training source.</summary>
[OneOf(typeof(HoldoutOptions))]
internal abstract record SplitOptions;
