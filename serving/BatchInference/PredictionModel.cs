using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>An ONNX file opened to run the rows of files through it.</summary>
/// <remarks>
/// Where all that the model does with a text is to look it up in a table, who reads and writes the rows looks it up in that table, and the one session runs
/// on codes.
/// </remarks>
public sealed class PredictionModel : IDisposable
{
    private PredictionModel(OrtModel session, CodedModel? coded)
    {
        Session = session;
        Codes = coded?.Inputs;
        Texts = coded?.Outputs;
        Inputs = [.. session.Inputs.Select(i => Codes?.ContainsKey(i.Name) == true ? AsText(i) : i)];
        Outputs = [.. session.Outputs.Select(o => Texts?.ContainsKey(o.Name) == true ? AsText(o) : o)];
    }

    /// <summary>The engine's name in reports, such as <c>ort-cpu</c>.</summary>
    public string Engine => Session.Engine;

    /// <summary>The file.</summary>
    public string Path => Session.Path;

    /// <summary>The inputs as the file has them.</summary>
    internal IReadOnlyList<ValueInfo> Inputs { get; }

    /// <summary>The outputs as the file has them.</summary>
    internal IReadOnlyList<ValueInfo> Outputs { get; }

    /// <summary>What runs, which takes codes for the texts of <see cref="Codes"/> and gives codes for those of <see cref="Texts"/>.</summary>
    internal OrtModel Session { get; }

    /// <summary>What to make of each text of an input, by the input's name; null where the session takes all as it is.</summary>
    internal IReadOnlyDictionary<string, TextCodes>? Codes { get; }

    /// <summary>Which text each code of an output stands for, by the output's name; null where the session gives all as it is.</summary>
    internal IReadOnlyDictionary<string, CodeTexts>? Texts { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="options">Device, threads and how to run; null for the CPU on all cores.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="AnnealException">There is no such file, it fails a check (docs/untrusted.md), ONNX Runtime refuses it, or the device cannot be used.</exception>
    public static PredictionModel Open(string path, OrtOptions? options = null)
    {
        options ??= new OrtOptions();
        var file = CheckedModel.Open(path, options.Limits);
        CodedModel? coded = CodedModel.Of(file);
        return new PredictionModel(OrtModel.Open(path, coded?.Model ?? file, options), coded);
    }

    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();

    private static ValueInfo AsText(ValueInfo value) => value with { Type = new TensorType(DType.String, value.Type.Shape) };
}
