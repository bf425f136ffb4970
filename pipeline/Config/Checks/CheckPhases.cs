using System.Globalization;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Each phase's optimizer, schedule and batch fit together, and nothing is set that the phases do not use.</summary>
internal sealed class CheckPhases : IConfigValidator
{
    private static readonly string[] s_perPhase = ["optimizer", "schedule", "batch", "epochs"];

    public IReadOnlyList<string> Reads => ["task", "data", "train"];

    public void Check(CheckContext context)
    {
        TrainOptions train = context.Options.Train;
        if (train.Phases is { Count: 0 })
        {
            context.Error("train.phases", "needs at least one phase");
            return;
        }

        foreach (string key in s_perPhase.Where(k => train.Phases is not null && context.IsGiven("train." + k)))
        {
            context.KeyError("train." + key, "has no use here: each of 'train.phases' has its own");
        }

        IReadOnlyList<PhaseOptions> phases = train.AllPhases();
        for (int i = 0; i < phases.Count; i++)
        {
            CheckOptimizer(context, phases[i], train.PathOf(i));
            CheckSchedule(context, phases[i], train.PathOf(i) + ".schedule");
        }

        if (train.Regularize is { ElasticNet: not null } regularize)
        {
            Refuse(context, "train.regularize.l1", regularize.L1 > 0, "'elastic_net' gives it");
            Refuse(context, "train.regularize.l2", regularize.L2 > 0, "'elastic_net' gives it");
        }

        if (train.Accumulate > 1 && phases.Any(p => p.Batch is null))
        {
            context.Error("train.accumulate", "a batch of all rows leaves nothing to accumulate");
        }
    }

    private static void CheckOptimizer(CheckContext context, PhaseOptions phase, string path)
    {
        TrainOptions train = context.Options.Train;
        if (phase.Optimizer is MomentumOptions { Nesterov: true, Form: not MomentumKind.Velocity })
        {
            context.Error(path + ".optimizer.momentum.nesterov", "goes with 'form: velocity'; 'form: look_ahead' is Nesterov's method as published");
        }

        if (phase.Optimizer is LbfgsOptions lbfgs)
        {
            if (phase.Batch is not null)
            {
                context.Error(path + ".batch", "L-BFGS compares losses on all rows: must be 'all'");
            }

            if (lbfgs.C2 <= lbfgs.C1)
            {
                context.Error(path + ".optimizer.lbfgs.c2", string.Create(CultureInfo.InvariantCulture, $"must be greater than 'c1', which is {lbfgs.C1}"));
            }
        }

        if (phase.Optimizer is GeneticOptions genetic)
        {
            if (genetic.Tournament > genetic.Population)
            {
                context.Error(path + ".optimizer.genetic.tournament", string.Create(CultureInfo.InvariantCulture, $"must be at most 'population', which is {genetic.Population}"));
            }

            if (genetic.Elite >= genetic.Population)
            {
                context.Error(path + ".optimizer.genetic.elite", string.Create(CultureInfo.InvariantCulture, $"must be fewer than 'population', which is {genetic.Population}"));
            }
        }

        if (phase.Optimizer is LbfgsOptions or GeneticOptions)
        {
            string reason = phase.Optimizer is LbfgsOptions ? "L-BFGS has no update by the gradient that it could change" : "a genetic algorithm has no gradient";
            Refuse(context, "train.accumulate", train.Accumulate > 1, reason);
            Refuse(context, "train.clip", train.Clip is not { Norm: null, Value: null }, reason);
            Refuse(context, "train.regularize.max_norm", train.Regularize.MaxNorm is not null, reason);
            Refuse(context, "train.regularize.decoupled_decay", train.Regularize.DecoupledDecay > 0, reason);
            for (int i = 0; i < (train.Groups ?? []).Count; i++)
            {
                string group = string.Create(CultureInfo.InvariantCulture, $"train.groups.{i}");
                Refuse(context, group + ".lr", train.Groups![i].Lr != 1, reason);
                Refuse(context, group + ".weight_decay", train.Groups![i].WeightDecay is not null, reason);
            }
        }
    }

    private static void CheckSchedule(CheckContext context, PhaseOptions phase, string path)
    {
        if (phase.Schedule is ReduceOnPlateauOptions plateau)
        {
            CheckGates.CheckMetric(context, path + ".reduce_on_plateau.metric", plateau.Metric, CheckGates.Known(context, "validation"), isKey: false);
        }

        if (phase.Schedule is MultiStepOptions { At: { } at } && (at.Count == 0 || at.Zip(at.Skip(1)).Any(p => p.Second <= p.First)))
        {
            context.Error(path + ".multi_step.at", at.Count == 0 ? "needs at least one moment" : "must rise from each moment to the next");
        }
    }

    private static void Refuse(CheckContext context, string path, bool isGiven, string reason)
    {
        if (isGiven)
        {
            context.KeyError(path, $"has no use here: {reason}");
        }
    }
}
