using System.Globalization;
using System.Reflection;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;
using Anneal.Trainer.Schedules;
using Origin = Anneal.Onnx.Ir.Origin;

namespace Anneal.Pipeline.Stages;

/// <summary>Turns the options of training into the trainer's own settings.</summary>
internal static class TrainingOptions
{
    /// <summary>What shapes a step of a phase.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="phase">The phase; one that is none of those listed is like the last.</param>
    /// <param name="ahead">Weights that no step has, since what they lead to was computed for all rows at once.</param>
    public static UpdateSettings UpdateOf(LoadedConfig config, PhaseOptions phase, params IReadOnlyList<string> ahead)
    {
        TrainOptions train = config.Options.Train;
        return new UpdateSettings(OptimizerOf(phase.Optimizer).Optimizer)
        {
            Freezing = config.IsOfStudent ? [] : [.. FreezingOf(config.Options, NumberOf(train, phase), path => OriginOf(config, path))],
            Ahead = ahead,
            GroupsMayFitNone = config.IsOfStudent,
            Groups = [.. (train.Groups ?? []).Select((g, i) => GroupOf(config, g, string.Create(CultureInfo.InvariantCulture, $"train.groups.{i}.match")))],
            Regularization = RegularizationOf(train.Regularize),
            ClipNorm = (float)(train.Clip.Norm ?? 0),
            ClipValue = (float)(train.Clip.Value ?? 0),
            Accumulate = train.Accumulate,
            Scaling = train.Precision == PrecisionKind.Fp16 ? ScalingOf(train.LossScale ?? new LossScaleOptions()) : null,
            AverageDecays = [.. Candidates.Decays(config.Options).Select(d => (float)d)],
        };
    }

    private static LossScaling ScalingOf(LossScaleOptions scale) => new((float)scale.Initial, scale.Interval);

    private static int NumberOf(TrainOptions train, PhaseOptions phase)
    {
        int number = train.Phases?.ToList().FindIndex(p => ReferenceEquals(p, phase)) ?? 0;
        return number >= 0 ? number : train.Phases!.Count - 1;
    }

    /// <summary>What is frozen in each phase, groups included, for a look at it before there is a configuration.</summary>
    public static IReadOnlyList<UpdateSettings> FreezingOf(PipelineOptions options) =>
    [
        .. Enumerable.Range(0, options.Train.AllPhases().Count).Select(i => new UpdateSettings(Optimizer.Sgd())
        {
            Freezing = [.. FreezingOf(options, i, _ => Origin.None)],
            Groups = [.. (options.Train.Groups ?? []).Select(g => new ParameterGroup(g.Match, Origin.None) { IsFrozen = g.Frozen })],
        }),
    ];

    // The model's own first; each phase takes back or adds to what those before it say.
    private static IEnumerable<FreezeRule> FreezingOf(PipelineOptions options, int phase, Func<string, Origin> originOf)
    {
        IEnumerable<FreezeRule> rules = Rules((options.Model as ImportOptions)?.Freeze, "model.freeze", isFrozen: true);
        IReadOnlyList<PhaseOptions> phases = options.Train.AllPhases();
        for (int i = 0; i <= phase; i++)
        {
            string path = options.Train.PathOf(i);
            rules = rules.Concat(Rules(phases[i].Unfreeze, path + ".unfreeze", isFrozen: false)).Concat(Rules(phases[i].Freeze, path + ".freeze", isFrozen: true));
        }

        return rules;

        IEnumerable<FreezeRule> Rules(IReadOnlyList<string>? patterns, string path, bool isFrozen) => (patterns ?? []).Select(p => new FreezeRule(p, originOf(path), isFrozen));
    }

    /// <summary>The settings of the loop.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="phases">The graphs of each phase.</param>
    public static LoopOptions LoopOf(LoadedConfig config, IReadOnlyList<TrainingGraphs> phases)
    {
        PipelineOptions options = config.Options;
        TrainOptions train = options.Train;
        EarlyStopping? stop = train.EarlyStopping is { } early
            ? new EarlyStopping(MetricOf(early.Metric), early.Patience, early.MinDelta, HigherIsBetter(early.Mode, early.Metric))
            {
                OnTrain = early.Metric.StartsWith("train.", StringComparison.Ordinal),
            }
            : null;
        Phase[] all = [.. train.AllPhases().Select((p, i) => new Phase(phases[i], p.Rows(), p.Epochs, ScheduleOf(p, OriginOf(config, WarmupPath(p, train.PathOf(i))))))];
        return new LoopOptions((ulong)options.Seed, all[0].Batch, all[0].Epochs, all[0].Schedule, stop, train.Checkpoint.EveryEpochs, train.Checkpoint.Keep)
        {
            Augment = AugmentSettings.Rows(options),
            Mix = AugmentSettings.Mixes(options),
            BestMetric = options.Metrics.Best?.Split('.')[^1],
            Later = all[1..],
        };
    }

    /// <summary>The learning rate of the epochs that stochastic weight averaging adds.</summary>
    public static Schedule ScheduleOf(SwaOptions swa, OptimizerOptions optimizer)
    {
        float rate = (float)(OptimizerOf(optimizer).Rate * swa.Rate);
        Schedule schedule = swa.Cycle is { } cycle ? new Schedule.Cyclic(rate, cycle, swa.Floor) : new Schedule.Constant(rate);
        return schedule with { Epochs = swa.Epochs };
    }

    private static (Optimizer Optimizer, double Rate) OptimizerOf(OptimizerOptions optimizer) => optimizer switch
    {
        SgdOptions o => (Optimizer.Sgd((float)o.WeightDecay), o.Lr),
        MomentumOptions o => (Optimizer.Momentum((float)o.Momentum, (float)o.WeightDecay, FormOf(o)), o.Lr),
        AdagradOptions o => (Optimizer.Adagrad((float)o.Eps, (float)o.WeightDecay), o.Lr),
        RmspropOptions o => (Optimizer.Rmsprop((float)o.Decay, (float)o.Eps, (float)o.Momentum, o.Centered, (float)o.WeightDecay), o.Lr),
        AdamOptions o => (Optimizer.Adam((float)o.Beta1, (float)o.Beta2, (float)o.Eps, (float)o.WeightDecay, o.BiasCorrection), o.Lr),
        AdamwOptions o => (Optimizer.AdamW((float)o.Beta1, (float)o.Beta2, (float)o.Eps, (float)o.WeightDecay), o.Lr),
        NadamOptions o => (Optimizer.Nadam((float)o.Beta1, (float)o.Beta2, (float)o.Eps, (float)o.WeightDecay), o.Lr),
        LionOptions o => (Optimizer.Lion((float)o.Beta1, (float)o.Beta2, (float)o.WeightDecay), o.Lr),
        LbfgsOptions o => (new Lbfgs(o.History, o.MaxEvaluations, o.C1, o.C2), o.Lr),
        GeneticOptions o => (new Genetic(o.Population, o.Tournament, o.Crossover, o.Mutation, o.Elite, o.Spread), o.Deviation),
        OptimizerOptions other => throw new NotSupportedException($"no optimizer for {other.GetType().Name}"),
    };

    private static MomentumForm FormOf(MomentumOptions momentum) => momentum.Form switch
    {
        MomentumKind.Average => MomentumForm.Average,
        MomentumKind.LookAhead => MomentumForm.LookAhead,
        _ => momentum.Nesterov ? MomentumForm.Nesterov : MomentumForm.Velocity,
    };

    private static ParameterGroup GroupOf(LoadedConfig config, ParameterGroupOptions group, string path) => new(group.Match, OriginOf(config, path))
    {
        Rate = (float)group.Lr,
        Decay = (float?)group.WeightDecay,
        IsFrozen = group.Frozen && !config.IsOfStudent,
    };

    private static Regularization RegularizationOf(RegularizeOptions options) => new()
    {
        L1 = (float)(options.ElasticNet is { } net ? net.Strength * net.L1Share : options.L1),
        L2 = (float)(options.ElasticNet is { } other ? other.Strength * (1 - other.L1Share) : options.L2),
        CoversBiases = options.Biases,
        DecoupledDecay = (float)options.DecoupledDecay,
        MaxNorm = (float)(options.MaxNorm ?? 0),
        InputNoise = (float)options.InputNoise,
        WeightNoise = (float)options.WeightNoise,
    };

    private static Schedule ScheduleOf(PhaseOptions phase, Origin origin)
    {
        float rate = (float)OptimizerOf(phase.Optimizer).Rate;
        Schedule schedule = phase.Schedule switch
        {
            ConstantOptions => new Schedule.Constant(rate),
            StepOptions o => new Schedule.StepDecay(rate, o.Every, o.Factor, o.Unit == StepUnit.Epoch),
            MultiStepOptions o => new Schedule.MultiStep(rate, o.At, o.Factor, o.Unit == StepUnit.Epoch),
            ExponentialOptions o => new Schedule.Exponential(rate, o.Factor, o.Unit == StepUnit.Epoch),
            InverseTimeOptions o => new Schedule.InverseTime(rate, o.Decay, o.Unit == StepUnit.Epoch),
            PolynomialOptions o => new Schedule.Polynomial(rate, o.Power, o.Floor, o.Unit == StepUnit.Epoch),
            CosineOptions o => new Schedule.Cosine(rate, o.Floor, o.Unit == StepUnit.Epoch),
            WarmRestartsOptions o => new Schedule.WarmRestarts(rate, o.Period, o.Growth, o.Floor, o.Unit == StepUnit.Epoch),
            CyclicOptions o => new Schedule.Cyclic(rate, o.Period, o.Floor, o.Unit == StepUnit.Epoch),
            OneCycleOptions o => new Schedule.OneCycle(rate, o.Rise, o.Start, o.End),
            ReduceOnPlateauOptions o => new Schedule.ReduceOnPlateau(
                rate, new PlateauRule(MetricOf(o.Metric), HigherIsBetter(o.Mode, o.Metric), o.Factor, o.Patience, o.MinDelta, o.Floor)),
            ScheduleOptions other => throw new NotSupportedException($"no schedule for {other.GetType().Name}"),
        };
        return schedule with { Epochs = phase.Epochs, Warmup = phase.Schedule.Warmup, Origin = origin };
    }

    private static string WarmupPath(PhaseOptions phase, string path) => $"{path}.schedule.{phase.Schedule.GetType().GetCustomAttribute<KeyAttribute>()!.Name}.warmup";

    private static Origin OriginOf(LoadedConfig config, string path)
    {
        Config.Origin origin = config.OriginOf(path);
        return new Origin(origin.File, origin.Line, origin.Column, path);
    }

    private static string MetricOf(string metric) => metric.Split('.')[^1];

    private static bool HigherIsBetter(Direction mode, string metric) => mode switch
    {
        Direction.Max => true,
        Direction.Min => false,
        _ => Metrics.HigherIsBetter(MetricOf(metric)),
    };
}
