using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>The largest element of each window of height and width.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Size">Height and width of the window.</param>
    /// <param name="Stride">Elements from one window to the next.</param>
    /// <param name="Padding">Elements around the image that do not count.</param>
    public sealed record MaxPool(string Name, Origin Origin, int Size, int Stride, int Padding) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            Attributes attributes = Attributes.Of(
                ("kernel_shape", new long[] { Size, Size }),
                ("pads", new long[] { Padding, Padding, Padding, Padding }),
                ("strides", new long[] { Stride, Stride }));
            return context.Graph.Node("MaxPool", [x], 2, attributes)[0];
        }
    }
}
