using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>The mean over time: [N, T, F] to [N, F].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    public sealed record MeanOverTime(string Name, Origin Origin) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            Sequence.Check(this, "mean_over_time", x);
            return context.Graph.Reduce("ReduceMean", x, keepDims: false, 1);
        }
    }
}
