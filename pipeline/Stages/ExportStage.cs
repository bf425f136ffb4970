using System.Globalization;
using System.Text.Json;
using Anneal.Exporter;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Profiles;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;

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
        // Nothing here may differ between two runs of one configuration: no time, no machine, no thread count.
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["anneal.pipeline"] = context.Config.Name,
            ["anneal.config_hash"] = context.ConfigHash,
            ["anneal.data_hash"] = StageKey.Of([.. context.FileHashes]),
            ["anneal.code"] = CodeVersion.Release,
            [MetricsKey] = JsonSerializer.Serialize(context.Metrics, MetricsJson.Default.MetricsByPart),
        };
        if (DescribeFit(context) is { } fit)
        {
            metadata["anneal.fit"] = fit;
        }

        Fit exported = context.Exported;
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
        long bytes = ExportFiles.Write(model, context.Folder.ModelPath, context.Options.Export);
        string which = DescribeFit(context) is { } description ? $"{description}: " : "";
        return FormattableString.Invariant($"{which}{context.Folder.ModelPath}, {bytes / 1e6:0.00} MB, opset {context.Options.Export.Opset}{(temperature == 1 ? "" : FormattableString.Invariant($", temperature {temperature:g4}"))}");
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
