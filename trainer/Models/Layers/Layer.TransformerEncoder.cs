using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>A block of a transformer's encoder, normalised first: x + attention(norm(x)), then x + feedForward(norm(x)); [N, T, F] to [N, T, F].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Heads">The number of heads, which divides F.</param>
    /// <param name="FeedForward">The width of the feed-forward part's hidden layer.</param>
    /// <param name="Rate">Dropout of the attention's weights, of the hidden layer and of both parts' outputs, in [0, 1).</param>
    public sealed record TransformerEncoder(string Name, Origin Origin, int Heads, int FeedForward, float Rate) : Layer(Name, Origin)
    {
        private const float Epsilon = 1e-5f;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            Sequence.Check(this, "transformer_encoder", x);
            int length = x.Shape[1].Size;
            int width = x.Shape[2].Size;
            GraphBuilder g = context.Graph;
            Value rows = Sequence.Rows(g, x);
            Value norm = Sequence.Split(g, new LayerNorm(Name + ".norm1", Origin, Epsilon).Apply(context, rows), length);
            Value attention = Sequence.Rows(g, new Attention(Name + ".attention", Origin, Heads, Rate).Apply(context, norm));
            rows = g.Add(rows, context.Dropout(attention, Rate, Name + ".dropout1"));
            Value hidden = new LayerNorm(Name + ".norm2", Origin, Epsilon).Apply(context, rows);
            hidden = new Dense(Name + ".dense1", Origin, FeedForward, Activation.Relu, Bias: true, Initializer.Auto).Apply(context, hidden);
            hidden = context.Dropout(hidden, Rate, Name + ".dropout2");
            hidden = new Dense(Name + ".dense2", Origin, width, Activation.Linear, Bias: true, Initializer.Auto).Apply(context, hidden);
            return Sequence.Split(g, g.Add(rows, context.Dropout(hidden, Rate, Name + ".dropout3")), length);
        }
    }
}
