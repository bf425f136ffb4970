using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>A model in ONNX Runtime. A state that a run replaces has two buffers in turn: one is read, the other written.</summary>
internal sealed class OrtSession : IGraphSession
{
    private readonly InferenceSession _session;
    private readonly OrtBinding[] _turns;
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);
    private int _turn;

    public OrtSession(InferenceSession session, Graph graph, IReadOnlyList<StateBinding> state)
    {
        _session = session;
        Feeds = [.. graph.Inputs.Where(i => !graph.Initializers.ContainsKey(i.Name) && state.All(s => s.Input != i.Name))];
        Fetches = [.. graph.Outputs.Where(o => state.All(s => s.Output != o.Name))];
        _turns = new OrtBinding[state.Any(s => s.Output.Length > 0) ? 2 : 1];
        for (int i = 0; i < _turns.Length; i++)
        {
            _turns[i] = new OrtBinding(session, Feeds, Fetches, copies: false);
        }

        try
        {
            foreach (StateBinding binding in state)
            {
                Bind(graph, binding);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ValueInfo> Feeds { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ValueInfo> Fetches { get; }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches)
    {
        _turns[_turn].Run(feeds, fetches);
        _turn = (_turn + 1) % _turns.Length;
    }

    /// <inheritdoc/>
    public Tensor ReadState(string input) => StateOf(input).Current(_turn).Clone();

    /// <inheritdoc/>
    public void WriteState(string input, Tensor value)
    {
        Tensor current = StateOf(input).Current(_turn);
        if (!OrtTensors.Fits(value, current.Type, current.Shape))
        {
            throw AnnealException.BadData($"expected {current}, got {value}").In($"state '{input}'");
        }

        value.CopyTo(current);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtBinding turn in _turns)
        {
            turn.Dispose();
        }

        foreach (OrtValue value in _states.Values.SelectMany(s => s.Values))
        {
            value.Dispose();
        }

        _session.Dispose();
    }

    private void Bind(Graph graph, StateBinding binding)
    {
        if (graph.Inputs.All(i => i.Name != binding.Input) || (binding.Output.Length > 0 && graph.Outputs.All(o => o.Name != binding.Output)))
        {
            throw AnnealException.BadUsage($"the graph '{graph.Name}' has no input '{binding.Input}' with an output '{binding.Output}'");
        }

        var state = new State(binding.Output.Length > 0 ? [binding.Initial.Clone(), binding.Initial.Clone()] : [binding.Initial.Clone()]);
        _states.Add(binding.Input, state);
        for (int i = 0; i < _turns.Length; i++)
        {
            _turns[i].BindInput(binding.Input, state.Values[i % state.Values.Length]);
            if (binding.Output.Length > 0)
            {
                _turns[i].BindOutput(binding.Output, state.Values[(i + 1) % state.Values.Length]);
            }
        }
    }

    private State StateOf(string input) =>
        _states.GetValueOrDefault(input) ?? throw AnnealException.BadUsage($"'{input}' is no state of this session");

    private sealed record State(Tensor[] Buffers)
    {
        public OrtValue[] Values { get; } = [.. Buffers.Select(OrtTensors.Wrap)];

        public Tensor Current(int turn) => Buffers[turn % Buffers.Length];
    }
}
