using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

/// <summary>A layer's input as images [N, C, H, W].</summary>
internal static class Image
{
    /// <summary>The input with a channel axis.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="kind">The layer's key.</param>
    /// <param name="x">Its input; [N, H, W] is taken as images of one channel.</param>
    /// <returns>[N, C, H, W] with known C.</returns>
    /// <exception cref="AnnealException">The input is no image.</exception>
    public static Value Of(GraphBuilder g, Layer layer, string kind, Value x)
    {
        x = x.Rank == 3 ? g.Unsqueeze(x, 1) : x;
        return x.Rank == 4 && x.Shape[1].IsKnown
            ? x
            : throw Error(layer, kind, $"takes [N,channels,height,width] or [N,height,width], got {x.Shape}");
    }

    /// <summary>The number of channels.</summary>
    /// <exception cref="AnnealException">Channels or filters cannot be divided into as many groups.</exception>
    public static int Channels(Layer layer, string kind, Value x, int filters, int groups)
    {
        int channels = x.Shape[1].Size;
        return channels % groups == 0 && filters % groups == 0
            ? channels
            : throw Error(layer, kind, $"cannot divide {channels} channels and {filters} filters into {groups} groups");
    }

    private static AnnealException Error(Layer layer, string kind, string text) =>
        AnnealException.BadUsage($"layer '{layer.Name}' ({kind}) {text}").In(layer.Origin.ToString());
}
