using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>A fully connected layer: Y = f(X·W + b), X [N, in] or [N, T, in], W [in, units], b [units].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Units">The number of outputs.</param>
    /// <param name="Activation">f.</param>
    /// <param name="Bias">Whether there is a b.</param>
    /// <param name="Initializer">How W begins.</param>
    public sealed record Dense(string Name, Origin Origin, int Units, Activation Activation, bool Bias, Initialization Initializer) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Activation Ending => Activation;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            if (x.Rank == 3)
            {
                Sequence.Check(this, "dense", x);
                return Sequence.Split(context.Graph, Apply(context, Sequence.Rows(context.Graph, x)), x.Shape[1].Size);
            }

            if (x.Rank != 2)
            {
                throw AnnealException.BadUsage(
                    $"layer '{Name}' (dense) takes [N,features] or [N,time,features], got {x.Shape}", "put a 'flatten' layer before it").In(Origin.ToString());
            }

            int inputs = x.Shape[1].Size;
            Value weight = context.Weight(Name + ".weight", Initializer.For(Activation), inputs, Units, inputs, Units);
            Value? bias = Bias ? context.Bias(Name + ".bias", Units) : null;
            return Activation.Apply(context.Graph, context.Graph.Gemm(x, weight, bias));
        }
    }
}
