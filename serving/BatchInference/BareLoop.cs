using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving.BatchInference;

/// <summary>What a prediction is held against: ONNX Runtime alone, run over and over on values that are in its memory before the clock starts.</summary>
public sealed class BareLoop : IDisposable
{
    private readonly RuntimeModel _model;
    private readonly InferenceSession _session;
    private readonly List<OrtValue[]> _batches = [];
    private readonly RunOptions _options = new();

    /// <summary>Opens a model of its own and puts the first rows of a file into memory.</summary>
    /// <param name="model">The ONNX file.</param>
    /// <param name="input">The file of rows.</param>
    /// <param name="batch">Rows per run.</param>
    /// <param name="most">How many rows to keep at most.</param>
    /// <param name="threads">Threads within an operator; 0 for ONNX Runtime's default, one per core.</param>
    /// <exception cref="AnnealException">The model or the file cannot be read.</exception>
    public BareLoop(string model, string input, int batch, int most, int threads)
    {
        using (OrtModel described = OrtModel.Open(model, new OrtOptions { Threads = 1 }))
        using (IRowSource source = RowSources.Open(input, described.Inputs, ModelSignature.Find(described.Metadata), null))
        {
            while (Rows < most && source.Read(batch) is { } feeds)
            {
                _batches.Add([.. feeds.Select(Copy)]);
                Rows += feeds[0].Shape[0];
            }
        }

        _model = CheckedModel.Open(model, new OrtOptions().Limits).ForRuntime();
        _session = OrtSessions.Open(_model, new OrtOptions { Threads = threads });
    }

    /// <summary>Rows in memory.</summary>
    public int Rows { get; private set; }

    /// <summary>Runs the model over all rows in memory.</summary>
    public void Run()
    {
        foreach (OrtValue[] batch in _batches)
        {
            _session.Run(_options, _session.InputNames, batch, _session.OutputNames).Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtValue value in _batches.SelectMany(b => b))
        {
            value.Dispose();
        }

        _options.Dispose();
        _session.Dispose();
        GC.KeepAlive(_model);
    }

    // In memory of ONNX Runtime's, so that no tensor of ours need be kept.
    private static OrtValue Copy(Tensor tensor)
    {
        long[] shape = [.. tensor.Shape.ToArray().Select(s => (long)s)];
        if (tensor.Type == DType.String)
        {
            return OrtTensors.Wrap(tensor);
        }

        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (Microsoft.ML.OnnxRuntime.Tensors.TensorElementType)tensor.Type, shape);
        tensor.Bytes.CopyTo(value.GetTensorMutableRawData());
        return value;
    }
}
