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
    private readonly List<OrtPlacement> _evaluations = [];

    /// <summary>Creates a runner.</summary>
    /// <param name="options">Device, threads and how to run; null for the CPU on all cores.</param>
    public OrtStepRunner(OrtOptions? options = null)
    {
        _options = options ?? new OrtOptions();
        _kernels = new Lazy<KernelAnswers>(() => KernelAnswers.Of(_options.Device));
    }

    /// <inheritdoc/>
    public string Name => OrtSessions.NameOf(_options.Device);

    /// <summary>Whether the device is one that captures steps.</summary>
    public bool Captures => _options.Device != OrtDevice.Cpu;

    /// <summary>How the steps that have run once are placed, in the order in which they were opened.</summary>
    public IReadOnlyList<OrtPlacement> Placements => _placements;

    /// <summary>How graphs that replace no state, evaluations and looks into the model, are placed on another device than the CPU, in the order in which they first ran.</summary>
    public IReadOnlyList<OrtPlacement> Evaluations => _evaluations;

    /// <summary>A graph as this runner hands it to ONNX Runtime.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">Its state.</param>
    /// <returns>The model of standard ops.</returns>
    /// <exception cref="AnnealException">The device has no kernel for a node, and falling back is not allowed.</exception>
    public Model Lower(Model model, IReadOnlyList<StateBinding> state)
    {
        DType precision = state.Any(s => s.Output.Length > 0) ? _options.Precision : DType.Float;
        Model lowered = StepLowering.Apply(model, _kernels.Value.Has, state, precision, forDevice: _options.Device != OrtDevice.Cpu);
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
            return OpenEvaluation(model, state);
        }

        // Another device than the CPU gets a session for each batch size: sizes that are free are computed on the CPU, and what follows from them goes there with them.
        bool isShaped = (_options.Device != OrtDevice.Cpu || _options.RehearsesCapture)
            && model.Graph.FetchesOf(state).All(o => o.Type is { Type: not DType.String, Shape.IsStatic: true });
        var small = new Lazy<Model>(() => LowerFixed(model, state, CaptureTrial.Rows));
        string? reason = _options.Capture == CaptureMode.Off ? "capturing is switched off"
            : _options is { Device: OrtDevice.Cpu, RehearsesCapture: false } ? "the CPU captures nothing"
            : CaptureRules.Broken(small.Value.Graph, state);
        if (reason is null)
        {
            (OrtShapedSession? captured, reason) = OpenCaptured(model, small.Value, state);
            if (captured is not null)
            {
                return captured;
            }
        }

        if (_options.Capture == CaptureMode.On)
        {
            throw AnnealException.BadData($"the step cannot be captured on {Name}: {reason}", "set train.capture: auto, which runs such a step uncaptured");
        }

        var place = new FirstPlacement(this, isCaptured: false, reason) { Awaits = true };
        if (isShaped)
        {
            return OpenShaped(model, small.Value, state, place.Take);
        }

        OpenedShape opened = OpenStep(Lower(model, state), state, captures: false, place.Take);
        return new OrtSession(opened.Session, model.Graph, state, _options.Device, opened.InPlace, _ => opened.EndFirst());
    }

    // ONNX Runtime refuses a session whose sizes are computed on the CPU as it refuses any other node there. So the session is opened without that rule, and held to it by where its nodes ran.
    private OrtSession OpenEvaluation(Model model, IReadOnlyList<StateBinding> state)
    {
        Model lowered = Lower(model, []);
        OrtDevice judged = _options.RehearsesFallback ? OrtDevice.Cuda : _options.Device;
        if (judged == OrtDevice.Cpu)
        {
            return new OrtSession(OrtSessions.Open(ModelWriter.ToBytes(lowered), _options), model.Graph, state, _options.Device, new HashSet<string>());
        }

        InferenceSession? session = null;
        string folder = Directory.CreateTempSubdirectory("anneal-ort-").FullName;
        try
        {
            string optimized = Path.Combine(folder, OptimizedName);
            session = OrtSessions.Open(
                ModelWriter.ToBytes(lowered), _options with { AllowFallback = true, OptimizedPath = optimized, ProfilePrefix = Path.Combine(folder, "profile") });
            SizeNodes sizes = SizeNodes.Of(GraphOutline.Read(optimized));
            // One that cannot be made has disposed of both by itself.
            return new OrtSession(session, model.Graph, state, _options.Device, new HashSet<string>(), first => Judge(OrtProfile.End(first), sizes, judged, folder));
        }
        catch when (Directory.Exists(folder))
        {
            session?.Dispose();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private void Judge(OrtProfile profile, SizeNodes sizes, OrtDevice device, string folder)
    {
        Directory.Delete(folder, recursive: true);
        if (profile.ByProvider.Count == 0)
        {
            return;
        }

        _evaluations.Add(new OrtPlacement(
            Name,
            DType.Float.Name(),
            profile.ByProvider,
            profile.Fallback(device, sizes.Sizes),
            profile.Memcpy,
            InPlace: 0,
            TwoBuffers: 0,
            Captured: false,
            NotCaptured: "evaluations are not captured"));
        if (!_options.AllowFallback && profile.Fallback(device, sizes.Drawn) is { Count: > 0 } fallen)
        {
            throw AnnealException.BadData($"{Name} left {string.Join(", ", fallen)} of an evaluation to the CPU", "set train.allow_fallback: true to let the CPU run it, or use --device cpu");
        }
    }

    // A step is captured once a trial has shown that its replays give what it gives; what keeps it from that is the reason.
    private (OrtShapedSession? Session, string? Reason) OpenCaptured(Model model, Model small, IReadOnlyList<StateBinding> state)
    {
        var place = new FirstPlacement(this, isCaptured: true, reason: null);
        OrtShapedSession? session = null;
        string? reason;
        try
        {
            session = OpenShaped(model, small, state, place.Take);
            reason = session.TryCapture();
        }
        catch (AnnealException error)
        {
            reason = error.Message;
        }

        if (reason is null)
        {
            place.Awaits = true;
            return (session, null);
        }

        session?.Dispose();
        return (null, reason);
    }

    private OrtShapedSession OpenShaped(Model model, Model small, IReadOnlyList<StateBinding> state, Action<OrtPlacement> placed)
    {
        OpenedShape home = OpenStep(small, state, captures: false, _ => { });
        return new OrtShapedSession(
            model.Graph,
            state,
            _options.Device,
            FixBatch.SymbolOf(model.Graph, state),
            home,
            (rows, captures) => OpenStep(rows == CaptureTrial.Rows ? small : LowerFixed(model, state, rows), state, captures, placed));
    }

    private Model LowerFixed(Model model, IReadOnlyList<StateBinding> state, int rows) =>
        Lower(FixBatch.SymbolOf(model.Graph, state) is { } symbol ? model with { Graph = FixBatch.Apply(model.Graph, symbol, rows) } : model, state);

    // What is proved is the graph that ONNX Runtime made of the one that it was given: its own rewrites may let other nodes read a state.
    private OpenedShape OpenStep(Model lowered, IReadOnlyList<StateBinding> state, bool captures, Action<OrtPlacement> placed)
    {
        string folder = Directory.CreateTempSubdirectory("anneal-ort-").FullName;
        InferenceSession? session = null;
        try
        {
            string optimized = Path.Combine(folder, OptimizedName);
            session = OrtSessions.Open(
                ModelWriter.ToBytes(lowered),
                _options with { OptimizedPath = optimized, ProfilePrefix = Path.Combine(folder, "profile"), Captures = captures, Quiet = captures });
            IReadOnlyList<UpdateProof> proofs = InPlaceUpdates.Prove(GraphOutline.Read(optimized), state);
            return new OpenedShape(session, proofs.Where(p => p.IsInPlace).Select(p => p.State).ToHashSet(StringComparer.Ordinal), first => Place(first, proofs, folder, placed));
        }
        catch
        {
            session?.Dispose();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private void Place(InferenceSession session, IReadOnlyList<UpdateProof> proofs, string folder, Action<OrtPlacement> placed)
    {
        OrtProfile profile = OrtProfile.End(session);
        Directory.Delete(folder, recursive: true);
        if (profile.ByProvider.Count == 0)
        {
            return;
        }

        placed(new OrtPlacement(
            Name,
            _options.Precision.Name(),
            profile.ByProvider,
            profile.Fallback(_options.Device),
            profile.Memcpy,
            proofs.Count(p => p.IsInPlace),
            proofs.Count(p => !p.IsInPlace),
            Captured: false,
            NotCaptured: null));
    }

    // Of a step's sessions the first that runs a real batch tells how the step is placed.
    private sealed class FirstPlacement(OrtStepRunner runner, bool isCaptured, string? reason)
    {
        public bool Awaits { get; set; }

        public void Take(OrtPlacement placement)
        {
            if (Awaits)
            {
                Awaits = false;
                runner._placements.Add(placement with { Captured = isCaptured, NotCaptured = reason });
            }
        }
    }
}
