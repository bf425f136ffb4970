using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>An ONNX file opened for inference. One thread runs it at a time.</summary>
public sealed class OrtModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OrtBinding _binding;
    private readonly IReadOnlyDictionary<string, Tensor> _initializers;

    private OrtModel(string path, CheckedModel model, OrtOptions options)
    {
        RuntimeModel runtime = model.ForRuntime();
        _initializers = runtime.Initializers;
        _session = OrtSessions.Open(runtime, options);
        try
        {
            Path = path;
            Options = options;
            Inputs = [.. _session.InputNames.Select(n => Describe(n, _session.InputMetadata[n]))];
            Outputs = [.. _session.OutputNames.Select(n => Describe(n, _session.OutputMetadata[n]))];
            Metadata = _session.ModelMetadata.CustomMetadataMap;
            _binding = Bind();
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The engine's name in reports, such as <c>ort-cpu</c>.</summary>
    public string Engine => OrtSessions.NameOf(Options.Device);

    /// <summary>How it was opened.</summary>
    public OrtOptions Options { get; }

    /// <summary>Whether it runs on a device other than the CPU.</summary>
    internal bool RunsOnDevice => Options.Device != OrtDevice.Cpu;

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
    /// <exception cref="AnnealException">There is no such file, it fails a check (docs/untrusted.md), ONNX Runtime refuses it, or the device cannot be used.</exception>
    public static OrtModel Open(string path, OrtOptions? options = null)
    {
        options ??= new OrtOptions();
        return Open(path, CheckedModel.Open(path, options.Limits), options);
    }

    /// <summary>Opens what was made of a file that was read before.</summary>
    internal static OrtModel Open(string path, CheckedModel model, OrtOptions options)
    {
        try
        {
            return new OrtModel(path, model, options);
        }
        catch (AnnealException error)
        {
            throw error.In(path);
        }
    }

    /// <summary>Opens the same file once more with another number of threads.</summary>
    /// <param name="threads">Threads within an operator; 0 for one per core.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="AnnealException">The file is gone or changed beyond opening.</exception>
    public OrtModel Reopen(int threads) => Open(Path, Options with { Threads = threads });

    /// <summary>Opens the same file once more, runs it once and says which provider ran each node.</summary>
    internal OrtProfile Profile(IReadOnlyDictionary<string, Tensor> feeds)
    {
        string folder = Directory.CreateTempSubdirectory("anneal-profile-").FullName;
        try
        {
            using OrtModel profiled = Open(Path, Options with { ProfilePrefix = System.IO.Path.Combine(folder, "profile") });
            profiled.Run([.. profiled.Inputs.Select(i => feeds[i.Name])]);
            return OrtProfile.End(profiled._session);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
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

    /// <summary>Makes another place to run the model in: of several, each is for one thread at a time.</summary>
    internal OrtBinding Bind() => new(_session, Inputs, Outputs, copies: RunsOnDevice);

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _session.Dispose();
        GC.KeepAlive(_initializers);
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
