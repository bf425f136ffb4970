using System.Text.Json;
using Anneal.Exporter;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Pipeline.Plan;
using Anneal.Trainer.Data;

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
        Model model = Deployable.Build(context.Config.Name, context.Graphs.Inference, context.AveragedParameters, SignatureOf(context), metadata);
        ModelWriter.Write(model, context.Folder.ModelPath);
        long bytes = new FileInfo(context.Folder.ModelPath).Length;
        return FormattableString.Invariant($"{context.Folder.ModelPath}, {bytes / 1e6:0.00} MB, opset {Model.DefaultOpset}");
    }

    private static ModelSignature SignatureOf(RunContext context)
    {
        PreparedData data = context.Data;
        return new ModelSignature
        {
            Task = data.Target.Answers,
            Classes = [.. data.AnswerNames],
            Threshold = data.Target.Threshold,
            Metrics = data.Target.Metrics,
            LossMetric = data.Target.LossMetric,
            Inputs = [.. data.Columns.Select(c => new SignatureInput(c, [c]))],
            Table = Sources.Train(context.Config) is CsvSource csv
                ? new SignatureTable(csv.Format, [.. csv.Columns], [.. csv.Missing], [.. csv.Labels], csv.Weight)
                : null,
        };
    }
}
