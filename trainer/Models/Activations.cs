using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;

namespace Anneal.Trainer.Models;

/// <summary>What follows from an activation.</summary>
public static class Activations
{
    /// <summary>Adds the activation to a graph.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="x">Its input.</param>
    /// <returns>Its output, of the same shape.</returns>
    public static Value Apply(this Activation activation, GraphBuilder graph, Value x)
    {
        if (activation == Activation.Linear)
        {
            return x;
        }

        string op = activation == Activation.Silu ? nameof(Activation.Swish) : activation.ToString();
        return graph.Node(op, [x], domain: OpTable.Find("", op) is null ? Model.AnnealDomain : "");
    }

    /// <summary>The weight initialiser that keeps the signal's variance through a layer with this activation.</summary>
    /// <param name="activation">The activation.</param>
    /// <returns>
    /// LeCun normal where the signal passes unchanged or, as for Selu, is normalised by itself; Glorot uniform for what saturates on both sides;
    /// He normal for Relu and its smooth kin, which pass about half of it.
    /// </returns>
    public static Initializer DefaultInitializer(this Activation activation) => activation switch
    {
        Activation.Linear or Activation.Selu => Initializer.LecunNormal,
        Activation.Sigmoid or Activation.HardSigmoid or Activation.Tanh or Activation.Softsign => Initializer.GlorotUniform,
        _ => Initializer.HeNormal,
    };
}
