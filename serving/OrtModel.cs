using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>An ONNX file opened for inference. One thread runs it at a time.</summary>
public sealed class OrtModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OrtBinding _binding;

    private OrtModel(string path, InferenceSession session, OrtDevice device)
    {
        _session = session;
        Path = path;
        Engine = OrtSessions.NameOf(device);
        Inputs = [.. session.InputNames.Select(n => Describe(n, session.InputMetadata[n]))];
        Outputs = [.. session.OutputNames.Select(n => Describe(n, session.OutputMetadata[n]))];
        Metadata = session.ModelMetadata.CustomMetadataMap;
        _binding = new OrtBinding(session, Inputs, Outputs, copies: device != OrtDevice.Cpu);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The engine's name in reports, such as <c>ort-cpu</c>.</summary>
    public string Engine { get; }

    /// <summary>The inputs; one whose rank the file does not tell, or a scalar, has no shape here.</summary>
    public IReadOnlyList<ValueInfo> Inputs { get; }

    /// <summary>The outputs; one whose rank the file does not tell, or a scalar, has no shape here.</summary>
    public IReadOnlyList<ValueInfo> Outputs { get; }

    /// <summary>The file's key-value metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="options">Device, threads and how to run; null for the CPU on all cores.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="AnnealException">There is no such file, ONNX Runtime refuses it, or the device cannot be used.</exception>
    public static OrtModel Open(string path, OrtOptions? options = null)
    {
        options ??= new OrtOptions();
        InferenceSession session = OrtSessions.Open(path, options);
        try
        {
            return new OrtModel(path, session, options.Device);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs the model.</summary>
    /// <param name="feeds">A tensor per entry of <see cref="Inputs"/>, read in place.</param>
    /// <param name="fetches">Receives a tensor per entry of <see cref="Outputs"/>; one that fits is written in place.</param>
    /// <exception cref="AnnealException">A feed does not fit the model.</exception>
    public void Run(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches) => _binding.Run(feeds, fetches);

    /// <summary>Runs the model.</summary>
    /// <param name="feeds">A tensor per entry of <see cref="Inputs"/>.</param>
    /// <returns>A new tensor per entry of <see cref="Outputs"/>.</returns>
    /// <exception cref="AnnealException">A feed does not fit the model.</exception>
    public Tensor[] Run(params ReadOnlySpan<Tensor> feeds)
    {
        var fetches = new Tensor?[Outputs.Count];
        _binding.Run(feeds, fetches);
        return fetches!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _session.Dispose();
    }

    // ONNX Runtime tells a scalar and an unknown rank alike: no dimensions.
    private static ValueInfo Describe(string name, NodeMetadata metadata)
    {
        if (!metadata.IsTensor)
        {
            throw AnnealException.BadData($"'{name}' is a {metadata.OnnxValueType}, expected a tensor");
        }

        TensorShape? shape = metadata.Dimensions.Length == 0 ? null : new TensorShape([.. metadata.Dimensions.Select((d, i) =>
            d >= 0 ? Dim.Of(d) : metadata.SymbolicDimensions[i] is { Length: > 0 } symbol ? Dim.Of(symbol) : Dim.Unknown)]);
        return new ValueInfo(name, new TensorType((DType)metadata.ElementDataType, shape));
    }
}
