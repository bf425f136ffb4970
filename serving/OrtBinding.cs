using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Binds tensors to a session's inputs and outputs in place; what is the same as in the run before is not bound again.</summary>
internal sealed class OrtBinding : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();
    private readonly OutputShapes _shapes;
    private readonly IReadOnlyList<ValueInfo> _feeds;
    private readonly IReadOnlyList<ValueInfo> _fetches;
    private readonly Bound[] _inputs;
    private readonly Bound[] _outputs;
    private readonly bool[] _bound;
    private readonly bool _copies;
    private string[]? _order;

    /// <param name="copies">Whether binding an input copies it to another device, so that one with new content is bound anew.</param>
    public OrtBinding(InferenceSession session, IReadOnlyList<ValueInfo> feeds, IReadOnlyList<ValueInfo> fetches, bool copies)
    {
        _session = session;
        _copies = copies;
        _binding = session.CreateIoBinding();
        _feeds = feeds;
        _fetches = fetches;
        _shapes = new OutputShapes(feeds, fetches);
        _inputs = new Bound[feeds.Count];
        _outputs = new Bound[fetches.Count];
        _bound = new bool[fetches.Count];
    }

    /// <summary>The binding itself, for inputs and outputs that the runs below neither feed nor fetch.</summary>
    public OrtIoBinding Io => _binding;

    public void Run(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches)
    {
        if (feeds.Length != _inputs.Length || fetches.Length != _outputs.Length)
        {
            throw new ArgumentException($"{feeds.Length} feeds and {fetches.Length} fetches given, expected {_inputs.Length} and {_outputs.Length}");
        }

        try
        {
            Bind(feeds, fetches);
            _session.RunWithBinding(_options, _binding);
            if (_bound.Contains(false))
            {
                Collect(fetches);
            }
        }
        catch (OnnxRuntimeException error)
        {
            throw OrtErrors.Translate(error, "ONNX Runtime failed");
        }

        GC.KeepAlive(_inputs);
        GC.KeepAlive(_outputs);
    }

    public void Dispose()
    {
        foreach (Bound bound in _inputs.Concat(_outputs))
        {
            bound.Value?.Dispose();
        }

        _binding.Dispose();
        _options.Dispose();
    }

    private void Bind(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches)
    {
        for (int i = 0; i < feeds.Length; i++)
        {
            if (_copies || !_inputs[i].Holds(feeds[i]))
            {
                Check(_feeds[i], feeds[i]);
                Replace(ref _inputs[i], feeds[i]);
                _binding.BindInput(_feeds[i].Name, _inputs[i].Value!);
            }
        }

        _shapes.Update(feeds);
        for (int i = 0; i < fetches.Length; i++)
        {
            Prepare(i, ref fetches[i]);
        }
    }

    // An output of known shape is written into the caller's tensor; any other is allocated by ONNX Runtime and copied.
    private void Prepare(int index, ref Tensor? fetch)
    {
        ValueInfo info = _fetches[index];
        int[]? shape = info.Type.Type == DType.String ? null : _shapes[index];
        _bound[index] = shape is not null;
        if (shape is null)
        {
            _binding.BindOutputToDevice(info.Name, OrtMemoryInfo.DefaultInstance);
            return;
        }

        if (!OrtTensors.Fits(fetch, info.Type.Type, shape))
        {
            fetch = Tensor.Zeros(info.Type.Type, shape);
        }

        if (!_outputs[index].Holds(fetch!))
        {
            Replace(ref _outputs[index], fetch!);
            _binding.BindOutput(info.Name, _outputs[index].Value!);
        }
    }

    private void Collect(Span<Tensor?> fetches)
    {
        _order ??= _binding.GetOutputNames();
        using IDisposableReadOnlyCollection<OrtValue> values = _binding.GetOutputValues();
        for (int i = 0; i < fetches.Length; i++)
        {
            if (!_bound[i])
            {
                fetches[i] = OrtTensors.Read(values[Array.IndexOf(_order, _fetches[i].Name)], fetches[i]);
            }
        }
    }

    internal static void Check(ValueInfo expected, Tensor tensor)
    {
        bool fits = tensor.Type == expected.Type.Type;
        if (expected.Type.Shape is { } shape)
        {
            fits &= shape.Rank == tensor.Rank;
            for (int i = 0; fits && i < shape.Rank; i++)
            {
                fits = !shape[i].IsKnown || shape[i].Size == tensor.Shape[i];
            }
        }

        if (!fits)
        {
            throw AnnealException.BadData($"expected {expected.Type}, got {tensor}").In($"input '{expected.Name}'");
        }
    }

    private static void Replace(ref Bound bound, Tensor tensor)
    {
        if (tensor.Type == DType.String && bound is { Tensor: { } before, Value: { } value } && OrtTensors.Fits(before, DType.String, tensor.Shape))
        {
            OrtTensors.FillStrings(value, tensor);
            bound = bound with { Tensor = tensor };
            return;
        }

        bound.Value?.Dispose();
        bound = new Bound(tensor, OrtTensors.Wrap(tensor));
    }

    private readonly record struct Bound(Tensor? Tensor, OrtValue? Value)
    {
        // Strings are copied when they are bound, so they are bound anew each time.
        public bool Holds(Tensor tensor) => ReferenceEquals(Tensor, tensor) && tensor.Type != DType.String;
    }
}
