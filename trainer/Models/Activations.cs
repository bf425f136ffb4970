using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

/// <summary>What follows from an activation.</summary>
public static class Activations
{
    /// <summary>Adds the activation to a graph.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="x">Its input.</param>
    /// <returns>Its output, of the same shape.</returns>
    public static Value Apply(this Activation activation, GraphBuilder graph, Value x) =>
        activation == Activation.Linear ? x : graph.Node(activation.ToString(), [x]);

    /// <summary>The weight initialiser that keeps the signal's variance through a layer with this activation.</summary>
    /// <param name="activation">The activation.</param>
    /// <returns>The initialiser.</returns>
    public static Initializer DefaultInitializer(this Activation activation) => activation switch
    {
        Activation.Relu or Activation.LeakyRelu => Initializer.HeNormal,
        Activation.Linear => Initializer.LecunNormal,
        _ => Initializer.GlorotUniform,
    };
}
