using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Execution;

/// <summary>A graph with its state and one compiled plan per set of input sizes.</summary>
public sealed class SimdSession : IGraphSession
{
    private readonly Graph _graph;
    private readonly Team _team;
    private readonly IReadOnlyList<StateBinding> _bindings;
    private readonly Dictionary<string, Tensor> _state;
    private readonly List<Plan> _plans = [];

    internal SimdSession(Graph graph, IReadOnlyList<StateBinding> state, Team team)
    {
        _graph = graph;
        _team = team;
        _bindings = state;
        _state = state.ToDictionary(s => s.Input, s => s.Initial.Clone(), StringComparer.Ordinal);
        Feeds = [.. graph.FeedsOf(state)];
        Fetches = [.. graph.FetchesOf(state)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ValueInfo> Feeds { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ValueInfo> Fetches { get; }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches) => PlanFor(feeds).Run(_team, feeds, fetches);

    /// <summary>Runs the graph once, looking at every value after the node that computes it.</summary>
    /// <param name="feeds">A tensor per entry of <see cref="Feeds"/>.</param>
    /// <returns>The first node that gave a NaN or an infinity from finite inputs, or null. The state is left as the run leaves it.</returns>
    public Node? FirstNonFinite(ReadOnlySpan<Tensor> feeds) => PlanFor(feeds).FirstNonFinite(_team, feeds);

    /// <summary>Runs the graph once and measures every node.</summary>
    /// <param name="feeds">A tensor per entry of <see cref="Feeds"/>.</param>
    /// <param name="seconds">Receives the time of each step of the plan, in seconds: added to what is there.</param>
    public void Profile(ReadOnlySpan<Tensor> feeds, Span<double> seconds) => PlanFor(feeds).Profile(_team, feeds, seconds);

    /// <summary>The plan for given inputs, compiled if it is not there yet.</summary>
    /// <param name="feeds">A tensor per entry of <see cref="Feeds"/>.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="AnnealException">A feed does not fit the graph.</exception>
    public Plan PlanFor(ReadOnlySpan<Tensor> feeds)
    {
        foreach (Plan plan in _plans)
        {
            if (plan.Fits(feeds))
            {
                return plan;
            }
        }

        var types = new Dictionary<string, TensorType>(StringComparer.Ordinal);
        CheckFeeds(feeds, types);
        foreach ((string name, Tensor tensor) in _state)
        {
            types.Add(name, TensorType.Of(tensor));
        }

        Plan compiled = new PlanCompiler(PlanPasses.Apply(_graph, types), types, _bindings, _state, Feeds, Fetches).Compile();
        _plans.Add(compiled);
        return compiled;
    }

    /// <inheritdoc/>
    public Tensor ReadState(string input) => StateOf(input).Clone();

    /// <inheritdoc/>
    public void WriteState(string input, Tensor value)
    {
        Tensor state = StateOf(input);
        if (value.Type != state.Type || !value.Shape.SequenceEqual(state.Shape))
        {
            throw AnnealException.BadData($"expected {state}, got {value}").In($"state '{input}'");
        }

        value.CopyTo(state);
    }

    /// <inheritdoc/>
    public void Dispose() => _plans.Clear();

    private Tensor StateOf(string input) => _state.GetValueOrDefault(input)
        ?? throw AnnealException.BadUsage($"'{input}' is no state of graph '{_graph.Name}'");

    private void CheckFeeds(ReadOnlySpan<Tensor> feeds, Dictionary<string, TensorType> types)
    {
        if (feeds.Length != Feeds.Count)
        {
            throw AnnealException.BadData($"graph '{_graph.Name}' takes {Feeds.Count} inputs, got {feeds.Length}");
        }

        var symbols = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < feeds.Length; i++)
        {
            ValueInfo info = Feeds[i];
            Tensor feed = feeds[i];
            string known = string.Concat(symbols.Select(s => FormattableString.Invariant($", {s.Key} = {s.Value}")));
            bool fits = feed.Type == info.Type.Type && (info.Type.Shape is not { } shape || Fits(shape, feed, symbols));
            if (!fits)
            {
                throw AnnealException.BadData($"input '{info.Name}' is {feed}, expected {info.Type}{known}");
            }

            types.Add(info.Name, TensorType.Of(feed));
        }
    }

    private static bool Fits(TensorShape shape, Tensor feed, Dictionary<string, int> symbols)
    {
        bool fits = shape.Rank == feed.Rank;
        for (int d = 0; fits && d < feed.Rank; d++)
        {
            Dim dim = shape[d];
            fits = dim.IsKnown ? dim.Size == feed.Shape[d]
                : dim.Symbol is null || symbols.TryAdd(dim.Symbol, feed.Shape[d]) || symbols[dim.Symbol] == feed.Shape[d];
        }

        return fits;
    }
}
