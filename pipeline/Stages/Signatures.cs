using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>What an exported model takes and answers.</summary>
internal static class Signatures
{
    private const string JoinedInput = "features";

    /// <summary>The signature of a run's model.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="data">The rows.</param>
    /// <param name="target">What is learnt.</param>
    public static ModelSignature Of(LoadedConfig config, LoadedData data, TargetSpec target) => new()
    {
        Task = target.Answers,
        Classes = [.. data.AnswerNames],
        Threshold = target.Threshold,
        Metrics = target.Metrics,
        LossMetric = target.LossMetric,
        Inputs = config.Options.Export.Inputs == InputsKind.Tensor
            ? [new SignatureInput(JoinedInput, [.. data.Columns])]
            : [.. data.Columns.Select(c => new SignatureInput(c, [c]))],
        Layout = Enum.Parse<ImageLayout>(config.Options.Export.Layout.ToString()),
        Table = Sources.Train(config) is CsvSource csv
            ? new SignatureTable(csv.Format, [.. csv.Columns], [.. csv.Missing], [.. csv.Labels], csv.Weight)
            : null,
    };

    /// <summary>Checks that rows can be given in the form that is asked for.</summary>
    /// <exception cref="AnnealException">They cannot.</exception>
    public static void Check(LoadedConfig config, DataTable table)
    {
        ExportOptions options = config.Options.Export;
        if (options.Inputs == InputsKind.Tensor && table.Features.FirstOrDefault(f => f.Values.Type != table.Features[0].Values.Type) is { } other)
        {
            FeatureColumn first = table.Features[0];
            throw AnnealException.BadUsage(
                $"column '{first.Name}' is {first.Values.Type.Name()} and column '{other.Name}' {other.Values.Type.Name()}, and one tensor has one element type",
                "leave 'export.inputs' at columns").In(config.OriginOf("export.inputs").ToString());
        }

        if (options.Layout != LayoutKind.AsRead && table.Features[0].Values is { Rank: not (3 or 4) } rows)
        {
            throw AnnealException.BadUsage($"rows are {rows}, and images have the shape [N, H, W] or [N, C, H, W]", "leave 'export.layout' out")
                .In(config.OriginOf("export.layout").ToString());
        }
    }
}
