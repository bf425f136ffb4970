using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Optimizers;

/// <summary>An update of each parameter by its gradient: a small graph with named state.</summary>
/// <param name="Name">The rule's name in configurations and files.</param>
/// <param name="Op">The <c>ai.anneal</c> op of one parameter's update: inputs W, G, state…, lr and, where used, step; outputs the new W and state.</param>
/// <param name="State">The state's names, such as <c>m</c> and <c>v</c>: each a tensor of the parameter's shape that begins at zero.</param>
/// <param name="UsesStep">Whether the op reads the step number.</param>
/// <param name="Attributes">The rule's settings.</param>
public sealed record UpdateRule(string Name, string Op, IReadOnlyList<string> State, bool UsesStep, Attributes Attributes) : Optimizer(Name)
{
    /// <summary>The attribute that is the decay of weights; 0 for parameters that do not decay.</summary>
    public string Decay { get; init; } = "weight_decay";

    /// <summary>How far along its first state a parameter is moved before the model reads it; 0 for not at all.</summary>
    public float LookAhead { get; init; }

    /// <summary>Adds one parameter's update to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="parameter">The parameter W.</param>
    /// <param name="gradient">Its gradient, of its type and shape.</param>
    /// <param name="state">A value per entry of <see cref="State"/>.</param>
    /// <param name="rate">The learning rate, a scalar.</param>
    /// <param name="step">The step number from 1, an int64 scalar.</param>
    /// <param name="decay">This parameter's decay; null for the rule's.</param>
    /// <returns>The new parameter, then the new state.</returns>
    public Value[] Update(GraphBuilder graph, Value parameter, Value gradient, IReadOnlyList<Value> state, Value rate, Value step, float? decay) =>
        graph.Node(
            Op,
            [parameter, gradient, .. state, rate, .. UsesStep ? (Value[])[step] : []],
            1 + State.Count,
            decay is { } given ? Attributes.With(Decay, given) : Attributes,
            Model.AnnealDomain);
}
