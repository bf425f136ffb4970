using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Runs of a step on a device that wants to know its sizes: a session for each batch size, on one state. That of the largest batch may be captured and replayed.</summary>
/// <remarks>
/// Inputs, outputs and state lie in the same places in every run of a size. Where runs are captured the first one of a size is plain; the second is captured and replayed, and so are those that
/// follow, each turn of the state by a graph of its own. A smaller batch, an epoch's last, runs plainly each time, with its own rows alone. All runs come from one thread, since graphs belong to threads.
/// </remarks>
internal sealed class OrtShapes : IDisposable
{
    private const string GraphId = "gpu_graph_id";
    private const string NoGraph = "-1";

    private readonly OrtMemory _memory;
    private readonly OrtState _state;
    private readonly IReadOnlyList<ValueInfo> _feeds;
    private readonly IReadOnlyList<ValueInfo> _fetches;
    private readonly string? _batch;
    private readonly Func<int, bool, OpenedShape> _open;
    private readonly OrtBuffer[] _outputs;
    private readonly RunOptions _plain = new();
    private readonly List<OrtShape> _shapes = [];
    private int _graphs;

    /// <summary>Prepares runs.</summary>
    /// <param name="memory">Where the places are.</param>
    /// <param name="state">The state.</param>
    /// <param name="feeds">The inputs of each run.</param>
    /// <param name="fetches">Its outputs, of fixed sizes.</param>
    /// <param name="batch">The name of the batch's size among the inputs' dimensions; null where it is fixed.</param>
    /// <param name="open">Opens the session of a batch size, for runs that may be captured or not.</param>
    public OrtShapes(OrtMemory memory, OrtState state, IReadOnlyList<ValueInfo> feeds, IReadOnlyList<ValueInfo> fetches, string? batch, Func<int, bool, OpenedShape> open)
    {
        (_memory, _state, _feeds, _fetches, _batch, _open) = (memory, state, feeds, fetches, batch, open);
        _outputs = [.. fetches.Select(f => memory.Allocate(f.Type.Type, f.Type.Shape!.Value.ToSizes()))];
        _plain.AddRunConfigEntry(GraphId, NoGraph);
    }

    /// <summary>Whether runs are captured.</summary>
    public bool Captures { get; set; }

    /// <summary>Held while the device captures: CUDA lets no other thread copy or allocate meanwhile.</summary>
    public Lock Quiet { get; } = new();

    /// <summary>The places of all that the last run was bound to, by the names of inputs and outputs.</summary>
    public IReadOnlyDictionary<string, nint> Places { get; private set; } = new Dictionary<string, nint>(StringComparer.Ordinal);

    /// <summary>The runs so far that were replays.</summary>
    public long Replays { get; private set; }

    /// <summary>Runs once. The state's turn is the caller's to advance.</summary>
    /// <param name="given">A buffer for each feed.</param>
    /// <param name="results">A buffer for each fetch.</param>
    public void Run(OrtBuffer[] given, OrtBuffer[] results)
    {
        OrtShape shape = ShapeOf(given);
        for (int i = 0; i < given.Length; i++)
        {
            given[i].CopyTo(shape.Inputs[i]);
        }

        Run(shape, _state.Turn);
        shape.Settle(_state.Turn);
        for (int i = 0; i < results.Length; i++)
        {
            _outputs[i].CopyTo(results[i]);
        }
    }

    /// <summary>Closes the sessions of the sizes that were run.</summary>
    public void Forget()
    {
        _shapes.ForEach(s => s.Dispose());
        _shapes.Clear();
        Replays = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        foreach (OrtBuffer output in _outputs)
        {
            output.Dispose();
        }

        _plain.Dispose();
    }

    private void Run(OrtShape shape, int turn)
    {
        OrtIoBinding binding = shape.Bindings[turn];
        Places = shape.Places[turn];
        if (shape.Runs++ == 0 || !Captures || HasLarger(shape.Inputs))
        {
            shape.Opened.Session.RunWithBinding(_plain, binding);
            shape.Opened.EndFirst();
            return;
        }

        shape.Opened.Session.RunWithBinding(shape.Graphs[turn] ??= Captured(shape.Opened.Session, binding), binding);
        Replays++;
    }

    // ONNX Runtime takes a step to reserve memory and another one to capture, all in one call: the state is then not that of one step.
    private RunOptions Captured(InferenceSession session, OrtIoBinding binding)
    {
        var graph = new RunOptions();
        graph.AddRunConfigEntry(GraphId, (++_graphs).ToString(CultureInfo.InvariantCulture));
        lock (Quiet)
        {
            IReadOnlyList<(OrtBuffer Buffer, Tensor Value)> saved = _state.Save();
            session.RunWithBinding(graph, binding);
            OrtState.Restore(saved);
        }

        return graph;
    }

    private bool HasLarger(OrtBuffer[] buffers) => _shapes.Exists(s => RowsOf(s.Inputs) > RowsOf(buffers));

    private OrtShape ShapeOf(OrtBuffer[] given)
    {
        foreach (OrtShape known in _shapes)
        {
            if (known.Fits(given))
            {
                return known;
            }
        }

        OpenedShape opened = _open(RowsOf(given), Captures && !HasLarger(given));
        var shape = new OrtShape(opened, _memory, _state, _feeds, given, _fetches, _outputs);
        _shapes.Add(shape);
        return shape;
    }

    private int RowsOf(OrtBuffer[] given)
    {
        for (int i = 0; _batch is not null && i < given.Length; i++)
        {
            if (_feeds[i].Type.Shape is { Rank: > 0 } shape && shape[0].Symbol == _batch)
            {
                return given[i].Shape[0];
            }
        }

        return 1;
    }
}
