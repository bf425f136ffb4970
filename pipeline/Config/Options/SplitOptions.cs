using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>How rows are held out of the training source.</summary>
[OneOf(
    typeof(HoldoutOptions),
    typeof(KfoldOptions),
    typeof(RepeatedKfoldOptions),
    typeof(BootstrapOptions),
    typeof(TimeOptions),
    typeof(GroupOptions),
    typeof(GivenOptions))]
internal abstract record SplitOptions;
