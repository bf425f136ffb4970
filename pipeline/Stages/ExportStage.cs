using System.Globalization;
using System.Text.Json;
using Anneal.Exporter;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Profiles;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Stages;

/// <summary>Writes the model that stands alone.</summary>
internal sealed class ExportStage : IStage
{
    /// <summary>The metadata key of the temperature that probabilities are calibrated by.</summary>
    public const string TemperatureKey = "anneal.temperature";

    /// <summary>The metadata key of the metrics by part, as JSON.</summary>
    public const string MetricsKey = "anneal.metrics";

    public string Name => "export";

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["options"] = context.Config.KeyText("export"),
        ["name"] = context.Config.Name,
        ["release"] = CodeVersion.Release,
    };

    public bool IsThere(RunContext context) => File.Exists(context.Folder.ModelPath);

    public string Run(RunContext context)
    {
        Fit exported = context.Exported;
        // Nothing here may differ between two runs of one configuration: no time, no machine, no thread count.
        SortedDictionary<string, string> metadata = exported.Data.Whole is { } source ? WrittenBack.MetadataOf(source.Source) : new(StringComparer.Ordinal);
        metadata["anneal.pipeline"] = context.Config.Name;
        metadata["anneal.config_hash"] = context.ConfigHash;
        metadata["anneal.data_hash"] = StageKey.Of([.. context.FileHashes]);
        metadata["anneal.code"] = CodeVersion.Release;
        metadata[MetricsKey] = JsonSerializer.Serialize(context.Metrics, MetricsJson.Default.MetricsByPart);
        string? fit = DescribeFit(context);
        if (fit is not null)
        {
            metadata["anneal.fit"] = fit;
        }

        metadata[InputProfile.MetadataKey] = InputProfile.Of(exported.RawRows(Part.Train).Feeds).ToJson();
        double temperature = TemperatureOf(exported, context.Options.Export);
        if (temperature != 1)
        {
            metadata[TemperatureKey] = temperature.ToString("R", CultureInfo.InvariantCulture);
        }

        if (context.Options.Export.GoldenRows > 0)
        {
            int[] rows = exported.TrainRowsSpread(context.Options.Export.GoldenRows);
            metadata[GoldenRows.MetadataKey] = new GoldenRows(exported.RawRows(rows), exported.AnswersTo(rows, temperature)).ToJson();
        }

        Model model = context.ExportedEnsemble is { } ensemble
            ? Deployable.Build(context.Config.Name, ensemble, new Dictionary<string, Tensor>(StringComparer.Ordinal), exported.Signature, metadata)
            : Deployable.Build(context.Config.Name, exported.InferenceAt(temperature), exported.AveragedParameters, exported.Signature, metadata);
        if (context.Options.Export.Training)
        {
            model = Resumable(context, model);
        }

        long bytes = ExportFiles.Write(model, context.Folder.ModelPath, context.Options.Export);
        if (context.ExportedEnsemble is null && exported.Data.Whole is not null)
        {
            ModelWriter.Write(WrittenBack.Of(context.Config, exported), context.Folder.File(WrittenBack.FileName));
        }

        string which = fit is null ? "" : $"{fit}: ";
        return FormattableString.Invariant($"{which}{context.Folder.ModelPath}, {bytes / 1e6:0.00} MB, opset {context.Options.Export.Opset}{(temperature == 1 ? "" : FormattableString.Invariant($", temperature {temperature:g4}"))}");
    }

    private static Model Resumable(RunContext context, Model model)
    {
        if (context.ExportedEnsemble is not null)
        {
            context.Warn("export.training: an ensemble is several trainings; the file has no training_info");
            return model;
        }

        Fit exported = context.Exported;
        int last = exported.Phases.Count - 1;
        if (exported.Phases[last].Optimizer is not UpdateRule)
        {
            context.Warn($"export.training: {exported.Phases[last].Optimizer.Name} keeps no state in the step's graph; the file has none");
            return model;
        }

        Checkpoint checkpoint = exported.Last;
        int before = context.Options.Train.AllPhases().Take(last).Sum(p => p.Epochs);
        if (checkpoint.State.Epoch <= before)
        {
            context.Warn("export.training: training ended before its last phase; the file has no training_info");
            return model;
        }

        long first = checkpoint.State.History.LastOrDefault(e => e.Epoch == before)?.Step ?? 0;
        long earlier = last == 0 && exported.Config.Options.Model is ImportOptions { Continue: true } ? TrainingModel.StateIn(exported.Data.Whole!.Source, exported.Graphs).Steps : 0;
        return TrainingModel.Resumable(model, exported.Phases[last], checkpoint.Tensors, earlier + ((checkpoint.State.Step - first) * context.Options.Train.Accumulate));
    }

    // Which of several trainings the file holds.
    private static string? DescribeFit(RunContext context)
    {
        if (context.EnsembleRecord is { } ensemble)
        {
            string views = ensemble.Views is null ? "" : $" and {ensemble.Views}";
            return $"{(context.ExportedEnsemble is null ? "student of an " : "")}ensemble by {ensemble.Combine}{views}: {string.Join(", ", ensemble.Members.Select(m => m.Name))}";
        }

        return context.Choice is not { } choice || context.Exported.Name.Length == 0
            ? null
            : context.Options.Final is null
                ? FormattableString.Invariant($"fold {choice.Best} of {context.FoldsInOrder.Count()}, the best on its validation rows")
                : FormattableString.Invariant($"final fit on train+validation, {choice.Epochs} epochs");
    }

    // The validation rows did not take part in training, so how sure the model is of them says how sure it should be.
    private static double TemperatureOf(Fit fit, ExportOptions options) => options.Calibrate == CalibrateKind.None
        ? 1
        : (float)Temperature.Fit(
            fit.Data.Target.Answers,
            Decisions.Scores(fit.Data.Target.Answers, fit.Evaluate(fit.ValidationRows, fit.AveragedParameters).Outputs),
            fit.RawRows(Part.Validation).Truth);
}
