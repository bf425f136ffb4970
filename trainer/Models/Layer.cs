using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

/// <summary>A layer of a model: adds its nodes and parameters to a graph.</summary>
/// <param name="Name">The layer's name, unique in the model, such as <c>dense1</c>.</param>
/// <param name="Origin">The user's line.</param>
public abstract record Layer(string Name, Origin Origin)
{
    /// <summary>Adds the layer.</summary>
    /// <param name="context">Where nodes and parameters go.</param>
    /// <param name="x">The layer's input.</param>
    /// <returns>The layer's output.</returns>
    /// <exception cref="AnnealException">The input's shape does not fit the layer.</exception>
    public abstract Value Apply(LayerContext context, Value x);

    /// <summary>A fully connected layer: Y = f(X·W + b), X [N, in], W [in, units], b [units].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Units">The number of outputs.</param>
    /// <param name="Activation">f.</param>
    /// <param name="Bias">Whether there is a b.</param>
    /// <param name="Initializer">How W begins.</param>
    public sealed record Dense(string Name, Origin Origin, int Units, Activation Activation, bool Bias, Initializer Initializer) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            if (x.Rank != 2)
            {
                throw AnnealException.BadUsage(
                    $"layer '{Name}' (dense) takes [N,features], got {x.Shape}", "put a 'flatten' layer before it").In(Origin.ToString());
            }

            int inputs = x.Shape[1].Size;
            Initializer initializer = Initializer == Initializer.Auto ? Activation.DefaultInitializer() : Initializer;
            Value weight = context.Weight(Name + ".weight", initializer, inputs, Units, inputs, Units);
            Value? bias = Bias ? context.Parameter(Name + ".bias", Tensor.Zeros(DType.Float, Units), decays: false) : null;
            return Activation.Apply(context.Graph, context.Graph.Gemm(x, weight, bias));
        }
    }

    /// <summary>All dimensions but the first become one.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    public sealed record Flatten(string Name, Origin Origin) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x) => context.Graph.Node("Flatten", [x]);
    }

    /// <summary>Dropout while training.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Rate">The share of elements that become zero, in [0, 1).</param>
    public sealed record Dropout(string Name, Origin Origin, float Rate) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x) => context.Dropout(x, Rate, Name);
    }

    /// <summary>An activation alone.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Kind">The function.</param>
    public sealed record Activate(string Name, Origin Origin, Activation Kind) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x) => Kind.Apply(context.Graph, x);
    }
}
