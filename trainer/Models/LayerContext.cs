using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

/// <summary>Where layers put their nodes and parameters while a model's graph is built.</summary>
public sealed class LayerContext
{
    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<string, Value> _next = new(StringComparer.Ordinal);
    private readonly List<(Layer Layer, Value Output)> _watched = [];
    private readonly ulong _seed;
    private readonly Value? _step;
    private readonly Func<Parameter, Value, Value>? _read;

    /// <summary>Begins a model in a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">The step number, an int64 scalar, in a training graph; null for inference, where dropout is the identity.</param>
    /// <param name="read">What layers read in place of a parameter; null for the parameter itself.</param>
    public LayerContext(GraphBuilder graph, ulong seed, Value? step, Func<Parameter, Value, Value>? read = null)
    {
        Graph = graph;
        _read = read;
        _seed = seed;
        _step = step;
    }

    /// <summary>The graph.</summary>
    public GraphBuilder Graph { get; }

    /// <summary>The parameters made so far, in layer order.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The outputs of layers behind the first weight, inner ones before those that hold them; a value once.</summary>
    public IReadOnlyList<(Layer Layer, Value Output)> Watched => _watched;

    /// <summary>Whether the graph is a training step's.</summary>
    public bool IsTraining => _step is not null;

    /// <summary>Whether dropout is more than the identity while training.</summary>
    public bool DropsOut { get; init; } = true;

    /// <summary>Whether steps change a parameter.</summary>
    public Func<Parameter, bool> Changes { get; init; } = _ => true;

    /// <summary>What replaces each state after a step, by the state's name.</summary>
    public IReadOnlyDictionary<string, Value> Next => _next;

    /// <summary>The innermost layer whose input did not fit, after an error; null before.</summary>
    public Layer? Failed { get; private set; }

    /// <summary>Adds a parameter as an input of the graph.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="initial">Its first value.</param>
    /// <param name="decays">Whether weight decay applies.</param>
    /// <returns>The value.</returns>
    public Value Parameter(string name, Tensor initial, bool decays) => Add(new Parameter(name, initial, decays));

    /// <summary>Adds a tensor that the model keeps from step to step without training it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="initial">Its first value.</param>
    /// <returns>The value.</returns>
    public Value State(string name, Tensor initial)
    {
        _parameters.Add(new Parameter(name, initial, Decays: false, IsTrained: false));
        return Graph.Input(name, TensorType.Of(initial));
    }

    /// <summary>Says what replaces a state after a training step.</summary>
    /// <param name="state">The state.</param>
    /// <param name="next">Its next value.</param>
    public void Replace(Value state, Value next) => _next.Add(state.Name, next);

    /// <summary>Adds a weight drawn from a distribution.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="initializer">The distribution.</param>
    /// <param name="fanIn">Inputs that a unit sums over.</param>
    /// <param name="fanOut">Units that an input feeds.</param>
    /// <param name="shape">Its sizes.</param>
    /// <returns>The value.</returns>
    public Value Weight(string name, Initialization initializer, int fanIn, int fanOut, params ReadOnlySpan<int> shape) =>
        Parameter(name, initializer.Draw(shape, fanIn, fanOut, _seed, name), decays: true);

    /// <summary>Adds a weight that is several matrices one under the other, drawn from a distribution.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="initializer">The distribution.</param>
    /// <param name="fanIn">Inputs that a unit sums over.</param>
    /// <param name="fanOut">Units that an input feeds.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="matrices">The number of matrices.</param>
    /// <returns>The value.</returns>
    public Value Weight(string name, Initialization initializer, int fanIn, int fanOut, ReadOnlySpan<int> shape, int matrices) =>
        Parameter(name, initializer.Draw(shape, fanIn, fanOut, _seed, name, matrices), decays: true);

    /// <summary>Adds a weight drawn from a distribution, whose units do not sum over the axes that its rank suggests.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="summedAxes">The axes that a unit sums over.</param>
    /// <param name="initializer">The distribution.</param>
    /// <param name="fanIn">Inputs that a unit sums over.</param>
    /// <param name="fanOut">Units that an input feeds.</param>
    /// <param name="shape">Its sizes.</param>
    /// <returns>The value.</returns>
    public Value Weight(string name, long[] summedAxes, Initialization initializer, int fanIn, int fanOut, params ReadOnlySpan<int> shape) =>
        Add(new Parameter(name, initializer.Draw(shape, fanIn, fanOut, _seed, name), Decays: true) { SummedAxes = summedAxes });

    /// <summary>Adds a trained scale that begins at 1, as normalisations have.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">Its length.</param>
    /// <returns>The value, [size].</returns>
    public Value Scale(string name, int size) => Parameter(name, Ones(size), decays: false);

    /// <summary>Adds a trained bias that begins at 0.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">Its length.</param>
    /// <returns>The value, [size].</returns>
    public Value Bias(string name, int size) => Parameter(name, Tensor.Zeros(DType.Float, size), decays: false);

    /// <summary>Applies layers one after another, each under its name and origin.</summary>
    /// <param name="layers">The layers; none gives the input.</param>
    /// <param name="x">The first one's input.</param>
    /// <returns>The last one's output.</returns>
    /// <exception cref="AnnealException">A layer's input does not fit it; <see cref="Failed"/> says which.</exception>
    public Value Chain(IEnumerable<Layer> layers, Value x)
    {
        foreach (Layer layer in layers)
        {
            using IDisposable scope = Graph.Scope(layer.Name, layer.Origin);
            try
            {
                x = layer.Apply(this, x);
                if (layer.IsWatched && _parameters.Count > 0 && _watched.TrueForAll(w => w.Output != x))
                {
                    _watched.Add((layer, x));
                }
            }
            catch (AnnealException)
            {
                Failed ??= layer;
                throw;
            }
        }

        return x;
    }

    /// <summary>Dropout by the counter-based generator; the identity at inference.</summary>
    /// <param name="x">The value.</param>
    /// <param name="ratio">The share of elements that become zero, in [0, 1).</param>
    /// <param name="name">The layer's name: the purpose of the random key.</param>
    /// <returns>The value after dropout.</returns>
    public Value Dropout(Value x, float ratio, string name) => _step is null || ratio == 0 || !DropsOut
        ? x
        : Graph.Node(
            "RandomDropout",
            [x, _step],
            2,
            Attributes.Of(("ratio", ratio), ("key", unchecked((long)CounterRandom.Key(_seed, "dropout/" + name)))),
            Model.AnnealDomain)[0];

    /// <summary>Adds a parameter as an input of the graph.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <returns>What layers read of it.</returns>
    public Value Add(Parameter parameter)
    {
        _parameters.Add(parameter);
        Value value = Graph.Input(parameter.Name, TensorType.Of(parameter.Initial));
        return _read is null ? value : _read(parameter, value);
    }

    /// <summary>A vector of ones.</summary>
    internal static Tensor Ones(int size)
    {
        Tensor ones = Tensor.Zeros(DType.Float, size);
        ones.Span<float>().Fill(1);
        return ones;
    }
}
