using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>What a gradient rule sees: the node, its values, the gradients of its outputs, and the graph to add nodes to.</summary>
public sealed class GradientScope
{
    private readonly Value?[] _outputGradients;

    /// <summary>Creates the scope of one node.</summary>
    /// <param name="builder">The graph that the gradient is added to.</param>
    /// <param name="node">The node that is differentiated.</param>
    /// <param name="outputGradients">The gradient of each output, or null where none flows.</param>
    public GradientScope(GraphBuilder builder, Node node, Value?[] outputGradients)
    {
        Builder = builder;
        Node = node;
        _outputGradients = outputGradients;
    }

    /// <summary>The graph that the gradient is added to.</summary>
    public GraphBuilder Builder { get; }

    /// <summary>The node that is differentiated.</summary>
    public Node Node { get; }

    /// <summary>The node's attributes.</summary>
    public Attributes Attributes => Node.Attributes;

    /// <summary>The gradient of the first output.</summary>
    /// <exception cref="AnnealException">The gradient flows only into another output, which the op does not support.</exception>
    public Value DY => _outputGradients[0]
        ?? throw AnnealException.BadUsage("no gradient reaches this op's first output", "use its first output in the loss").In(Node);

    /// <summary>An input of the node.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>The value.</returns>
    public Value In(int index) => Builder[Node.Inputs[index]];

    /// <summary>Whether an optional input is given.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>True when it is.</returns>
    public bool Has(int index) => Node.HasInput(index);

    /// <summary>An output of the node.</summary>
    /// <param name="index">The output's index.</param>
    /// <returns>The value.</returns>
    public Value Out(int index = 0) => Builder[Node.Outputs[index]];

    /// <summary>The gradient of an output, or null where none flows.</summary>
    /// <param name="index">The output's index.</param>
    /// <returns>The gradient.</returns>
    public Value? DOut(int index) => index < _outputGradients.Length ? _outputGradients[index] : null;

    /// <summary>An error that names the node.</summary>
    /// <param name="text">What is wrong.</param>
    /// <param name="hint">What to do.</param>
    /// <returns>The error.</returns>
    public AnnealException Error(string text, string? hint = null) => AnnealException.BadUsage(text, hint).In(Node);
}
