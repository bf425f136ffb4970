using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Every layer takes what the one before it gives, as far as the input's shape is known from a file's header.</summary>
internal sealed class CheckModelShapes : IConfigValidator
{
    // How many features and classes there are follows from data; here only ranks and fixed sizes matter.
    private const int SomeSize = 2;

    public IReadOnlyList<string> Reads => ["task", "model", "ensemble", "data"];

    public void Check(CheckContext context)
    {
        if (InputOf(context) is not { } input)
        {
            return;
        }

        foreach ((ModelOptions model, string path) in context.Models.Where(m => m.Model is not ImportOptions))
        {
            Check(context, model, path, input);
        }
    }

    private static void Check(CheckContext context, ModelOptions model, string path, int[] input)
    {
        int? width = CheckModel.WidthOf(context.Options);
        int classes = width ?? SomeSize;
        var g = new GraphBuilder("shapes");
        var layers = new LayerContext(g, 0, null);
        Value x = g.Input("input", TensorType.Of(DType.Float, [Dim.Of("N"), .. input.Select(Dim.Of)]));
        Network network = NetworkBuilder.Build(model, classes, _ => Config.Origin.Default, path: path);
        (Layer Layer, TensorShape Input)? offRows = null;
        foreach (Layer layer in network.Layers)
        {
            try
            {
                offRows ??= layer is Layer.Dense && x.Rank > 2 ? (layer, Batch(x.Shape.Dims[1..])) : null;
                x = layers.Chain([layer], x);
            }
            catch (AnnealException error)
            {
                context.Error(layers.Failed!.Origin.Path!, error.Text);
                return;
            }
        }

        bool isKnown = width is not null;
        string expected = isKnown ? string.Create(CultureInfo.InvariantCulture, $"[N,{classes}]") : "[N,classes]";
        TensorShape given = Batch(x.Shape.Dims[1..]);
        if (x.Rank != 2 && offRows is var (dense, taken))
        {
            context.Error(
                dense.Origin.Path!,
                $"layer '{dense.Name}' (dense) takes the last axis of {taken}, so that the model gives {given}, expected {expected}. hint: put a 'flatten' layer before it, or 'mean_over_time' behind");
        }
        else if (x.Rank != 2 || (isKnown && x.Shape[1].Size != classes))
        {
            Layer last = network.Layers[^1];
            context.Error(last.Origin.Path!, $"layer '{last.Name}', the last one, gives {given}, expected {expected}. hint: end with dense: auto");
        }
    }

    private static TensorShape Batch(IEnumerable<Dim> item) => new([Dim.Of("N"), .. item]);

    private static int[]? InputOf(CheckContext context)
    {
        if (context.Options.Data.Train is CsvOptions)
        {
            // A slice is of features, whose number follows from the data.
            return context.Rows.Any(r => r.Path.Contains(".slice.", StringComparison.Ordinal)) ? null : [SomeSize];
        }

        return InputHeader.Of(context) is { } header ? [.. header.Shape.Skip(1).Select(d => (int)d)] : null;
    }
}
