using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Serving.BatchInference;

namespace Anneal.Tests.Serving;

/// <summary>Small graphs that the tests of this folder run for real.</summary>
internal static class Models
{
    private static readonly OrtOptions s_options = new() { Threads = 1 };

    /// <summary>total[2] ← total + step[2]; twice = relu(total + total).</summary>
    public static Model Counter()
    {
        var g = new GraphBuilder("counter");
        Value total = g.Input("total", TensorType.Of(DType.Float, 2));
        Value step = g.Input("step", TensorType.Of(DType.Float, 2));
        g.Output(g.Add(total, step), "next");
        g.Output(g.Node("Relu", [g.Add(total, total)]), "twice");
        return Model.Of(g.Build());
    }

    /// <summary>y[N, 2] = relu(x[N, 2] + [0.5, -0.5]).</summary>
    public static Model Rows()
    {
        var g = new GraphBuilder("rows");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 2));
        g.Output(g.Node("Relu", [g.Add(x, g.Constant(Tensor.Vector(0.5f, -0.5f)))]), "y");
        return Model.Of(g.Build());
    }

    /// <summary>probabilities[N, C] = the input scores[N, C], with an offset added to each class.</summary>
    public static Model Scores(params float[] offsets)
    {
        var g = new GraphBuilder("scores");
        Value x = g.Input("scores", TensorType.Of(DType.Float, Dim.Of("N"), offsets.Length));
        g.Output(g.Add(x, g.Constant(Tensor.Vector<float>(offsets))), "probabilities");
        return Model.Of(g.Build());
    }

    /// <summary>Writes a model into a test's folder and opens it.</summary>
    public static OrtModel Open(Model model, TempFolder folder) => OrtModel.Open(Write(model, folder), s_options);

    /// <summary>Writes a model into a test's folder and opens it to run files through it.</summary>
    public static PredictionModel OpenForPrediction(Model model, TempFolder folder) => PredictionModel.Open(Write(model, folder), s_options);

    private static string Write(Model model, TempFolder folder)
    {
        string path = folder["model.onnx"];
        ModelWriter.Write(model, path);
        return path;
    }
}
