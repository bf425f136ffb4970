using System.Text.Json;
using Anneal.Exporter;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Pipeline.Plan;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>Writes the model that stands alone.</summary>
internal sealed class ExportStage : IStage
{
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
            ["anneal.metrics"] = JsonSerializer.Serialize(context.Metrics, MetricsJson.Default.MetricsByPart),
        };
        if (DescribeFit(context) is { } fit)
        {
            metadata["anneal.fit"] = fit;
        }

        if (context.Options.Export.GoldenRows > 0)
        {
            metadata[GoldenRows.MetadataKey] = Golden(context.Exported, context.Options.Export.GoldenRows).ToJson();
        }

        Model model = Deployable.Build(context.Config.Name, context.Exported.Graphs.Inference, context.Exported.AveragedParameters, SignatureOf(context), metadata);
        long bytes = ExportFiles.Write(model, context.Folder.ModelPath, context.Options.Export);
        string which = DescribeFit(context) is { } exported ? $"{exported}: " : "";
        return FormattableString.Invariant($"{which}{context.Folder.ModelPath}, {bytes / 1e6:0.00} MB, opset {context.Options.Export.Opset}");
    }

    // Which of several trainings the file holds.
    private static string? DescribeFit(RunContext context) => context.Choice is not { } choice || context.Exported.Name.Length == 0
        ? null
        : context.Options.Final is null
            ? FormattableString.Invariant($"fold {choice.Best} of {context.FoldsInOrder.Count()}, the best on its validation rows")
            : FormattableString.Invariant($"final fit on train+validation, {choice.Epochs} epochs");

    // The test set is not looked at for them.
    private static GoldenRows Golden(Fit fit, int count)
    {
        int[] rows = fit.TrainRowsSpread(count);
        return new GoldenRows(fit.RawRows(rows), fit.Evaluate(fit.TrainRows with { Rows = rows }, fit.AveragedParameters).Outputs);
    }

    private static ModelSignature SignatureOf(RunContext context)
    {
        LoadedData data = context.Data;
        TargetSpec target = context.Exported.Data.Target;
        return new ModelSignature
        {
            Task = target.Answers,
            Classes = [.. data.AnswerNames],
            Threshold = target.Threshold,
            Metrics = target.Metrics,
            LossMetric = target.LossMetric,
            Inputs = [.. data.Columns.Select(c => new SignatureInput(c, [c]))],
            Table = Sources.Train(context.Config) is CsvSource csv
                ? new SignatureTable(csv.Format, [.. csv.Columns], [.. csv.Missing], [.. csv.Labels], csv.Weight)
                : null,
        };
    }
}
