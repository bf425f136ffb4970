using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Optimizers;
using Anneal.Trainer.Schedules;

namespace Anneal.Pipeline.Stages;

/// <summary>Turns the options of training into the trainer's own settings.</summary>
internal static class TrainingOptions
{
    /// <summary>The update rule.</summary>
    public static Optimizer OptimizerOf(TrainOptions train) => train.Optimizer switch
    {
        SgdOptions o => Optimizer.Sgd((float)o.WeightDecay),
        MomentumOptions o => Optimizer.Momentum((float)o.Momentum, (float)o.WeightDecay, o.Nesterov),
        AdamOptions o => Optimizer.Adam((float)o.Beta1, (float)o.Beta2, (float)o.Eps, (float)o.WeightDecay),
        OptimizerOptions other => throw new NotSupportedException($"no optimizer for {other.GetType().Name}"),
    };

    /// <summary>The settings of the loop.</summary>
    public static LoopOptions LoopOf(PipelineOptions options)
    {
        TrainOptions train = options.Train;
        EarlyStopping? stop = train.EarlyStopping is { } early
            ? new EarlyStopping(early.Metric.Split('.')[^1], early.Patience, early.MinDelta, HigherIsBetter(early))
            {
                OnTrain = early.Metric.StartsWith("train.", StringComparison.Ordinal),
            }
            : null;
        return new LoopOptions((ulong)options.Seed, train.Batch, train.Epochs, ScheduleOf(train), stop, train.Checkpoint.EveryEpochs, train.Checkpoint.Keep)
        {
            Augment = AugmentSettings.Of(options),
            BestMetric = options.Metrics.Best?.Split('.')[^1],
        };
    }

    private static Schedule ScheduleOf(TrainOptions train)
    {
        float rate = (float)(train.Optimizer switch
        {
            SgdOptions o => o.Lr,
            MomentumOptions o => o.Lr,
            AdamOptions o => o.Lr,
            OptimizerOptions other => throw new NotSupportedException($"no optimizer for {other.GetType().Name}"),
        });
        return train.Schedule switch
        {
            ConstantOptions => new Schedule.Constant(rate),
            CosineOptions o => new Schedule.Cosine(rate, train.Epochs, o.Warmup, o.Floor),
            StepOptions o => new Schedule.StepDecay(rate, o.Every, o.Factor, o.Unit == StepUnit.Epoch),
            ScheduleOptions other => throw new NotSupportedException($"no schedule for {other.GetType().Name}"),
        };
    }

    private static bool HigherIsBetter(EarlyStoppingOptions early) => early.Mode switch
    {
        Direction.Max => true,
        Direction.Min => false,
        _ => Metrics.HigherIsBetter(early.Metric.Split('.')[^1]),
    };
}
