using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>How the learning rate changes in time.</summary>
[OneOf(
    typeof(ConstantOptions),
    typeof(StepOptions),
    typeof(MultiStepOptions),
    typeof(ExponentialOptions),
    typeof(InverseTimeOptions),
    typeof(PolynomialOptions),
    typeof(CosineOptions),
    typeof(WarmRestartsOptions),
    typeof(CyclicOptions),
    typeof(OneCycleOptions),
    typeof(ReduceOnPlateauOptions))]
internal abstract record ScheduleOptions
{
    [Key("warmup", "steps in which the rate rises to the schedule's first; its time begins behind them; fewer than the run or phase has")]
    [Range(0, int.MaxValue)]
    public virtual int Warmup { get; init; }
}
