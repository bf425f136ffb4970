using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>A candidate for export.</summary>
[OneOf(typeof(LastKOptions), typeof(BestOptions), typeof(FinalOptions), typeof(SwaOptions), typeof(EmaOptions), typeof(SoupOptions))]
internal abstract record CandidateOptions;
