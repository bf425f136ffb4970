using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>A trained vector for each whole number: ids [N, ...] from 0 to vocabulary - 1 become [N, ..., width], row by row of W [vocabulary, width].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Vocabulary">The number of ids.</param>
    /// <param name="Width">The length of a vector.</param>
    /// <param name="Initializer">How W begins; its fan-in is the width, so that a vector begins with a length of about 1.</param>
    /// <remarks>An id outside is an error when the step runs. Ids that preprocessing gives as floats are cut to whole numbers.</remarks>
    public sealed record Embedding(string Name, Origin Origin, int Vocabulary, int Width, Initialization Initializer) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            if (x.Rank < 1)
            {
                throw AnnealException.BadUsage($"layer '{Name}' (embedding) takes ids [N,...], got {x.Shape}").In(Origin.ToString());
            }

            GraphBuilder g = context.Graph;
            Value weight = context.Weight(Name + ".weight", [1], Initializer.For(Activation.Linear), Width, Vocabulary, Vocabulary, Width);
            return g.Node("Gather", [weight, g.Cast(x, DType.Int64)]);
        }
    }
}
