using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Optimizers;

/// <summary>An update rule: a small graph with named state.</summary>
/// <param name="Name">The rule's name in configurations and files.</param>
/// <param name="Op">The <c>ai.anneal</c> op of one parameter's update: inputs W, G, state…, lr and, where used, step; outputs the new W and state.</param>
/// <param name="State">The state's names, such as <c>m</c> and <c>v</c>: each a tensor of the parameter's shape that begins at zero.</param>
/// <param name="UsesStep">Whether the op reads the step number.</param>
/// <param name="Attributes">The rule's settings; <c>weight_decay</c> applies to parameters that decay only.</param>
public sealed record Optimizer(string Name, string Op, IReadOnlyList<string> State, bool UsesStep, Attributes Attributes)
{
    private const string WeightDecay = "weight_decay";

    /// <summary>Stochastic gradient descent: W ← W - lr·G.</summary>
    /// <param name="weightDecay">L2 factor, added to the gradient as weightDecay·W.</param>
    /// <returns>The rule.</returns>
    public static Optimizer Sgd(float weightDecay = 0) => new("sgd", "SgdStep", [], false, Attributes.Of((WeightDecay, weightDecay)));

    /// <summary>Momentum in velocity form: V ← momentum·V - lr·G, W ← W + V; with Nesterov W ← W + momentum·V - lr·G.</summary>
    /// <param name="momentum">The share of the velocity that is kept, in [0, 1).</param>
    /// <param name="weightDecay">L2 factor, added to the gradient as weightDecay·W.</param>
    /// <param name="nesterov">Whether to look one step ahead along the velocity.</param>
    /// <returns>The rule.</returns>
    public static Optimizer Momentum(float momentum = 0.9f, float weightDecay = 0, bool nesterov = false) =>
        new("momentum", "MomentumStep", ["v"], false, Attributes.Of(("momentum", momentum), (WeightDecay, weightDecay), ("nesterov", nesterov ? 1L : 0L)));

    /// <summary>Adam with bias correction.</summary>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the corrected second moment.</param>
    /// <param name="weightDecay">L2 factor, added to the gradient as weightDecay·W.</param>
    /// <returns>The rule.</returns>
    /// <seealso href="https://arxiv.org/abs/1412.6980">Kingma and Ba, Adam</seealso>
    public static Optimizer Adam(float beta1 = 0.9f, float beta2 = 0.999f, float epsilon = 1e-8f, float weightDecay = 0) => new(
        "adam",
        "AdamStep",
        ["m", "v"],
        true,
        Attributes.Of(("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), (WeightDecay, weightDecay)));

    /// <summary>Adds one parameter's update to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="parameter">The parameter W.</param>
    /// <param name="gradient">Its gradient, of its type and shape.</param>
    /// <param name="state">A value per entry of <see cref="State"/>.</param>
    /// <param name="rate">The learning rate, a scalar.</param>
    /// <param name="step">The step number from 1, an int64 scalar.</param>
    /// <param name="decays">Whether weight decay applies: not to biases and norms.</param>
    /// <returns>The new parameter, then the new state.</returns>
    public Value[] Update(GraphBuilder graph, Value parameter, Value gradient, IReadOnlyList<Value> state, Value rate, Value step, bool decays) =>
        graph.Node(
            Op,
            [parameter, gradient, .. state, rate, .. UsesStep ? (Value[])[step] : []],
            1 + State.Count,
            decays ? Attributes : Attributes.With(WeightDecay, 0f),
            Model.AnnealDomain);
}
