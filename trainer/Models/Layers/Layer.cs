using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

/// <summary>A layer of a model: adds its nodes and parameters to a graph.</summary>
/// <param name="Name">The layer's name, unique in the model, such as <c>dense1</c>.</param>
/// <param name="Origin">The user's line.</param>
public abstract partial record Layer(string Name, Origin Origin)
{
    /// <summary>The function that the layer ends with.</summary>
    public virtual Activation Ending => Activation.Linear;

    /// <summary>Whether monitors look at the output: not where it only moves or drops what they have seen.</summary>
    public virtual bool IsWatched => true;

    /// <summary>Adds the layer.</summary>
    /// <param name="context">Where nodes and parameters go.</param>
    /// <param name="x">The layer's input.</param>
    /// <returns>The layer's output.</returns>
    /// <exception cref="AnnealException">The input's shape does not fit the layer.</exception>
    public abstract Value Apply(LayerContext context, Value x);
}
