using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>How the learning rate changes in time.</summary>
[OneOf(typeof(ConstantOptions), typeof(CosineOptions), typeof(StepOptions))]
internal abstract record ScheduleOptions;
