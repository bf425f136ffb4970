using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>The form of the exported model fits the data and the task.</summary>
internal sealed class CheckExport : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data", "export", "final", "ensemble"];

    public void Check(CheckContext context)
    {
        ExportOptions export = context.Options.Export;
        bool isTable = context.Options.Data.Train is CsvOptions;
        bool isRegression = context.Options.Task == TaskKind.Regression;
        if (export.Inputs == InputsKind.Tensor && !isTable)
        {
            context.Error("export.inputs", "has no use here: only a table has columns, an array is one tensor already");
        }

        if (export.Layout == LayoutKind.Encoded)
        {
            context.Error("export.layout", "encoded images need op ImageDecoder (opset 20), for which ONNX Runtime has no kernel. hint: take nchw or nhwc, and decode before");
        }
        else if (export.Layout != LayoutKind.AsRead && isTable)
        {
            context.Error("export.layout", "has no use here: a table holds no images");
        }

        if (context.Options.Ensemble is { Distill: null })
        {
            if (export.Outputs.Count > 0)
            {
                context.Error("export.outputs", "has no use here: an ensemble has no logits and no embeddings of its own, its members have");
            }

            if (export.Calibrate != CalibrateKind.None)
            {
                context.Error("export.calibrate", "has no use here: an ensemble has no logits of its own that a temperature could divide");
            }
        }

        if (isRegression && export.Outputs.Contains(OutputKind.Logits))
        {
            context.Error("export.outputs", "'logits' has no use here: a regression has no probabilities that they become");
        }

        if (export.Calibrate != CalibrateKind.None && isRegression)
        {
            context.Error("export.calibrate", "has no use here: a regression has no probabilities");
        }
        else if (export.Calibrate != CalibrateKind.None && !context.HasValidationRows)
        {
            context.Error("export.calibrate", "needs validation rows, and 'data.split' holds none out");
        }
        else if (export.Calibrate != CalibrateKind.None && context.Options.Final is not null)
        {
            context.Error("export.calibrate", "needs rows that were not trained on, and 'final' trains on all but the test rows");
        }

        if (export.Variants.Select(v => v.GetType()).Distinct().Count() < export.Variants.Count)
        {
            context.Error("export.variants", "names one twice");
        }
    }
}
