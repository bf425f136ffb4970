using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>Where the members of an ensemble come from.</summary>
[OneOf(typeof(SeedsOptions), typeof(FoldMembersOptions), typeof(SnapshotsOptions), typeof(RunsOptions))]
internal abstract record MembersOptions;
