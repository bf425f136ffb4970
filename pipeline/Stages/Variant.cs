using Anneal.Exporter.Variants;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Stages;

/// <summary>How one form of the model is made.</summary>
/// <param name="Name">Its name in files and reports.</param>
/// <param name="Rewrite">The graph with the nodes of these names left in float.</param>
internal sealed record Variant(string Name, Func<IReadOnlySet<string>, Graph> Rewrite)
{
    /// <summary>The form that options ask for.</summary>
    /// <param name="options">The options.</param>
    /// <param name="model">The float model.</param>
    /// <param name="runner">The engine that runs calibration rows.</param>
    /// <param name="batches">The calibration rows.</param>
    public static Variant Of(VariantOptions options, Model model, IGraphRunner runner, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> batches)
    {
        switch (options)
        {
            case Float16Options:
                return new Variant("float16", kept => HalfPrecision.Apply(model.Graph, kept));
            case DynamicInt8Options:
                return new Variant("dynamic_int8", kept => DynamicQuantization.Apply(model.Graph, kept));
            case Int8Options o:
                var calibration = new Calibration(Enum.Parse<CalibrationMethod>(o.Calibrate.ToString()), o.Percentile / 100);
                IReadOnlyDictionary<string, ValueRange> ranges = calibration.Run(model, StaticQuantization.ValuesOf(model.Graph), runner, batches);
                return new Variant("int8", kept => StaticQuantization.Apply(model.Graph, ranges, kept));
            default:
                throw new NotSupportedException($"no variant for {options.GetType().Name}");
        }
    }
}
