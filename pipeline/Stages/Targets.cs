using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data;
using Anneal.Trainer.Losses;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>Turns the options of task and loss into what a model is trained towards, fitted on the training rows.</summary>
internal static class Targets
{
    /// <summary>The trainer's task.</summary>
    public static LearningTask TaskOf(TaskKind task) => Enum.Parse<LearningTask>(task.ToString());

    /// <summary>The metric by which trainings and their candidates are compared.</summary>
    public static string BestMetricOf(PipelineOptions options) =>
        options.Metrics.Best?.Split('.')[^1] ?? new TargetSpec(TaskOf(options.Task), 1).BestMetric;

    /// <summary>The trainer's loss.</summary>
    public static Loss LossOf(LossOptions loss) => loss switch
    {
        CrossEntropyOptions o => new CrossEntropy(o.LabelSmoothing),
        BinaryCrossEntropyOptions o => new BinaryCrossEntropy(o.LabelSmoothing),
        WestonWatkinsOptions => new WestonWatkinsHinge(),
        HingeOptions => new Hinge(),
        FocalOptions o => new Focal(o.Gamma, o.Alpha),
        SigmoidMseOptions => new SigmoidSquaredError(),
        MseOptions => new SquaredError(),
        MaeOptions => new AbsoluteError(),
        HuberOptions o => new Huber(o.Delta),
        PoissonOptions => new Poisson(),
        _ => throw new NotSupportedException($"no loss for {loss.GetType().Name}"),
    };

    /// <summary>What a model is trained towards.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="table">The training table, its target in the task's form.</param>
    /// <param name="rows">The rows to train on.</param>
    /// <returns>The target.</returns>
    /// <exception cref="AnnealException">The rows do not fit the loss, or an option does not fit the classes.</exception>
    public static TargetSpec Of(LoadedConfig config, DataTable table, int[] rows)
    {
        PipelineOptions options = config.Options;
        LearningTask task = TaskOf(options.Task);
        int outputs = task switch
        {
            LearningTask.Classification => table.ClassNames!.Count,
            LearningTask.Binary => 1,
            _ => table.Target.Length / table.Rows,
        };
        if (options.Metrics.TopK >= outputs)
        {
            throw AnnealException.BadUsage($"top_k is {options.Metrics.TopK}, and there are {outputs} classes: the true one is always among them", "lower it, or leave it out")
                .In(config.OriginOf("metrics.top_k").ToString());
        }

        if (table.Weight is { } weight && !rows.Any(row => weight.Span<float>()[row] > 0))
        {
            throw AnnealException.BadData($"every training row has the weight 0 in column '{options.Data.Weight}': there is nothing to learn from");
        }

        var target = new TargetSpec(task, outputs)
        {
            Loss = LossOf(options.Loss!),
            IsWeighted = table.Weight is not null,
            IsSoft = AugmentSettings.Mixes(options).Count > 0,
            Threshold = (float)options.Export.Threshold,
            Metrics = TaskMetrics.SettingsOf(options.Metrics),
        };
        return task == LearningTask.Regression ? Standardised(target, table, rows) : target with { ClassWeights = WeightsOf(config, table, rows) };
    }

    private static TargetSpec Standardised(TargetSpec target, DataTable table, int[] rows)
    {
        ReadOnlySpan<float> values = table.Target.Span<float>();
        float[] means = new float[target.Outputs];
        float[] deviations = new float[target.Outputs];
        for (int column = 0; column < target.Outputs; column++)
        {
            string name = target.Outputs == 1 ? "the target" : $"target {table.TargetNames?[column] ?? FormattableString.Invariant($"{column}")}";
            double sum = 0;
            foreach (int row in rows)
            {
                sum += values[(row * target.Outputs) + column];
            }

            double mean = sum / rows.Length;
            double squares = 0;
            foreach (int row in rows)
            {
                float value = values[(row * target.Outputs) + column];
                squares += (value - mean) * (value - mean);
                CheckRange(target.Loss, name, value, row);
            }

            double deviation = Math.Sqrt(squares / rows.Length);
            (means[column], deviations[column]) = deviation > 0
                ? ((float)mean, (float)deviation)
                : throw AnnealException.BadData($"{name} is {mean:R} in every training row: there is nothing to learn");
        }

        return target with { Mean = means, Deviation = deviations };
    }

    private static void CheckRange(Loss loss, string name, float value, int row)
    {
        (float min, float max) = loss.TargetRange;
        if (!(value >= min && value <= max))
        {
            string range = float.IsInfinity(max) ? FormattableString.Invariant($"at least {min}") : FormattableString.Invariant($"from {min} to {max}");
            throw AnnealException.BadData(FormattableString.Invariant($"row {row} (from 0): {name} is {value}, expected {range} by this loss"), "choose another loss");
        }
    }

    private static IReadOnlyList<float>? WeightsOf(LoadedConfig config, DataTable table, int[] rows)
    {
        if (config.Options.Loss is not ClassLossOptions { ClassWeights: not { Count: 0 } } loss)
        {
            return null;
        }

        IReadOnlyList<string> names = table.ClassNames!;
        if (loss.ClassWeights is not { } given)
        {
            return Balanced(table, rows);
        }

        if (given.Keys.FirstOrDefault(k => !names.Contains(k)) is { } unknown)
        {
            throw AnnealException.BadUsage($"class_weights: there is no class '{unknown}'{Suggestion.For(unknown, names)}").In(config.OriginOf("loss").ToString());
        }

        return [.. names.Select(n => (float)given.GetValueOrDefault(n, 1))];
    }

    // rows / (classes · rows of the class); of a label negative rows / positive rows.
    private static float[] Balanced(DataTable table, int[] rows)
    {
        IReadOnlyList<string> names = table.ClassNames!;
        bool isOfLabels = table.Target.Type == DType.Float;
        long[] counts = new long[names.Count];
        foreach (int row in rows)
        {
            for (int c = 0; c < counts.Length; c++)
            {
                counts[c] += (isOfLabels ? table.Target.Span<float>()[(row * counts.Length) + c] > 0 : table.Target.Span<long>()[row] == c) ? 1 : 0;
            }
        }

        int lacking = Array.FindIndex(counts, c => c == 0 || (isOfLabels && c == rows.Length));
        if (lacking >= 0)
        {
            string what = counts[lacking] == 0 ? "no training row is of" : "every training row is of";
            throw AnnealException.BadData($"{what} '{names[lacking]}', so the weights cannot be balanced", "give 'class_weights' by name");
        }

        return [.. counts.Select(c => (float)(isOfLabels ? (double)(rows.Length - c) / c : rows.Length / ((double)counts.Length * c)))];
    }
}
