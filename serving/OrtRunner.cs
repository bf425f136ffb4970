using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;

namespace Anneal.Serving;

/// <summary>Runs graphs in ONNX Runtime as they are written, functions by their bodies: the independent check of what runs them faster.</summary>
public sealed class OrtRunner : IGraphRunner
{
    private readonly OrtOptions _options;

    /// <summary>Creates a runner.</summary>
    /// <param name="options">Device, threads and how to run; null for the CPU on all cores.</param>
    public OrtRunner(OrtOptions? options = null) => _options = options ?? new OrtOptions();

    /// <inheritdoc/>
    public string Name => OrtSessions.NameOf(_options.Device);

    /// <inheritdoc/>
    public IGraphSession Open(Model model, IReadOnlyList<StateBinding> state) =>
        new OrtSession(OrtSessions.Open(ModelWriter.ToBytes(model), _options), model.Graph, state, _options.Device, new HashSet<string>());
}
