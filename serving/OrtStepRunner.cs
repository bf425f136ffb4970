using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Lowering;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Serving.Probing;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Trains in ONNX Runtime: graphs are lowered to what the device runs best, and their state lives on the device, replaced in place where that is proved.</summary>
public sealed class OrtStepRunner : IGraphRunner
{
    private const string OptimizedName = "optimized.onnx";

    private readonly OrtOptions _options;
    private readonly Lazy<KernelAnswers> _kernels;
    private readonly List<OrtPlacement> _placements = [];

    /// <summary>Creates a runner.</summary>
    /// <param name="options">Device, threads and how to run; null for the CPU on all cores.</param>
    public OrtStepRunner(OrtOptions? options = null)
    {
        _options = options ?? new OrtOptions();
        _kernels = new Lazy<KernelAnswers>(() => KernelAnswers.Of(_options.Device));
    }

    /// <inheritdoc/>
    public string Name => OrtSessions.NameOf(_options.Device);

    /// <summary>How the steps that have run once are placed, in the order in which they were opened.</summary>
    public IReadOnlyList<OrtPlacement> Placements => _placements;

    /// <summary>A graph as this runner hands it to ONNX Runtime.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">Its state.</param>
    /// <returns>The model of standard ops.</returns>
    /// <exception cref="AnnealException">The device has no kernel for a node, and falling back is not allowed.</exception>
    public Model Lower(Model model, IReadOnlyList<StateBinding> state)
    {
        DType precision = state.Any(s => s.Output.Length > 0) ? _options.Precision : DType.Float;
        Model lowered = StepLowering.Apply(model, _kernels.Value.Has, state, precision);
        if (!_options.AllowFallback && StepLowering.Missing(lowered.Graph, _kernels.Value.Has) is [var (node, type), ..])
        {
            throw new AnnealException(
                ExitCode.Data,
                $"{Name} has no kernel of {node.OpType} for {type.Name()} at opset {Model.DefaultOpset}",
                _options.Device == OrtDevice.Cpu ? "use --engine simd" : "set train.allow_fallback: true to let the CPU run it, or use --device cpu").In(node);
        }

        return precision == DType.Float ? lowered : lowered with { Graph = HalfKernels.Apply(lowered.Graph, precision, _kernels.Value.Has) };
    }

    /// <summary>Shows for each state whether a run may replace it in place, in the graph that ONNX Runtime makes of the one that it is given.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">Its state.</param>
    /// <returns>A proof for each state that has an output.</returns>
    public IReadOnlyList<UpdateProof> Prove(Model model, IReadOnlyList<StateBinding> state)
    {
        string folder = Directory.CreateTempSubdirectory("anneal-ort-").FullName;
        try
        {
            string optimized = Path.Combine(folder, OptimizedName);
            using InferenceSession session = OrtSessions.Open(ModelWriter.ToBytes(Lower(model, state)), _options with { OptimizedPath = optimized });
            return InPlaceUpdates.Prove(GraphOutline.Read(optimized), state);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public IGraphSession Open(Model model, IReadOnlyList<StateBinding> state)
    {
        if (state.All(s => s.Output.Length == 0))
        {
            return new OrtSession(OrtSessions.Open(ModelWriter.ToBytes(Lower(model, [])), _options), model.Graph, state, _options.Device, new HashSet<string>());
        }

        string folder = Directory.CreateTempSubdirectory("anneal-ort-").FullName;
        try
        {
            return OpenStep(Lower(model, state), model.Graph, state, folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    // What is proved is the graph that ONNX Runtime made of the one that it was given: its own rewrites may let other nodes read a state.
    private OrtSession OpenStep(Model lowered, Graph graph, IReadOnlyList<StateBinding> state, string folder)
    {
        string optimized = Path.Combine(folder, OptimizedName);
        InferenceSession session = OrtSessions.Open(
            ModelWriter.ToBytes(lowered),
            _options with { OptimizedPath = optimized, ProfilePrefix = Path.Combine(folder, "profile") });
        try
        {
            IReadOnlyList<UpdateProof> proofs = InPlaceUpdates.Prove(GraphOutline.Read(optimized), state);
            HashSet<string> inPlace = [.. proofs.Where(p => p.IsInPlace).Select(p => p.State)];
            return new OrtSession(session, graph, state, _options.Device, inPlace, first => Place(first, proofs, folder));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private void Place(InferenceSession session, IReadOnlyList<UpdateProof> proofs, string folder)
    {
        OrtProfile profile = OrtProfile.End(session);
        Directory.Delete(folder, recursive: true);
        if (profile.ByProvider.Count == 0)
        {
            return;
        }

        _placements.Add(new OrtPlacement(
            Name,
            _options.Precision.Name(),
            profile.ByProvider,
            profile.Fallback(_options.Device),
            profile.Memcpy,
            proofs.Count(p => p.IsInPlace),
            proofs.Count(p => !p.IsInPlace),
            Captured: false,
            NotCaptured: _options.Device == OrtDevice.Cpu ? "the CPU captures nothing" : "capturing is not asked for"));
    }
}
