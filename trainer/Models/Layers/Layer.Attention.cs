using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>Multi-head self attention over time: [N, T, F] to [N, T, F].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Heads">The number of heads, which divides F.</param>
    /// <param name="Rate">The share of the attention's weights that become zero while training, in [0, 1).</param>
    public sealed record Attention(string Name, Origin Origin, int Heads, float Rate) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            Sequence.Check(this, "attention", x);
            int length = x.Shape[1].Size;
            int width = x.Shape[2].Size;
            if (width % Heads != 0)
            {
                throw AnnealException.BadUsage($"layer '{Name}' (attention) has {Heads} heads, which do not divide {width} features").In(Origin.ToString());
            }

            GraphBuilder g = context.Graph;
            Value packed = new Dense(Name + ".in", Origin, 3 * width, Activation.Linear, Bias: true, Initializer.GlorotUniform).Apply(context, x);
            Value mixed = context.IsTraining && Rate == 0
                ? g.Node("SelfAttention", [packed], 2, Attributes.Of(("heads", (long)Heads)), Model.AnnealDomain)[0]
                : Mix(context, packed, length, width);
            return new Dense(Name + ".out", Origin, width, Activation.Linear, Bias: true, Initializer.GlorotUniform).Apply(context, mixed);
        }

        // In ops that every runtime has, with a place for dropout.
        private Value Mix(LayerContext context, Value packed, int length, int width)
        {
            GraphBuilder g = context.Graph;
            Value[] parts = g.Node("Split", [packed], 3, Attributes.Of(("axis", -1L), ("num_outputs", 3L)));
            Value[] heads = [.. parts.Select(p => g.Reshape(p, -1, length, Heads, width / Heads))];
            Value queries = g.Transpose(heads[0], 0, 2, 1, 3);
            Value keys = g.Transpose(heads[1], 0, 2, 3, 1);
            Value scores = g.Mul(g.MatMul(queries, keys), 1 / Math.Sqrt(width / Heads));
            Value weights = context.Dropout(g.Node("Softmax", [scores], Attributes.Of(("axis", -1L))), Rate, Name);
            Value mixed = g.MatMul(weights, g.Transpose(heads[2], 0, 2, 1, 3));
            return g.Reshape(g.Transpose(mixed, 0, 2, 1, 3), -1, length, width);
        }
    }
}
