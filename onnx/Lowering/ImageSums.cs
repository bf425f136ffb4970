using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Lowering;

/// <summary>Values of a channel's own in standard ops, for images [N, C, H, W] of known size.</summary>
internal sealed class ImageSums
{
    private readonly NodeChain _chain;

    private ImageSums(NodeChain chain, int channels, int pixels) => (_chain, Channels, Pixels) = (chain, channels, pixels);

    public int Channels { get; }

    public int Pixels { get; }

    /// <summary>Null where a value does not hold floats as images of known size, of more than a pixel.</summary>
    public static ImageSums? Of(NodeChain chain, TensorType type) =>
        type is { Type: DType.Float, Shape: { Rank: 4 } shape } && shape[1].IsKnown && shape[2].IsKnown && shape[3].IsKnown && shape[2].Size * shape[3].Size > 1
            ? new ImageSums(chain, (int)shape[1].Size, (int)(shape[2].Size * shape[3].Size))
            : null;

    /// <summary>The images with the pixels of a channel in a row, [N, C, H·W].</summary>
    public string Flat(string images) => _chain.Op("Reshape", images, _chain.Longs(0, 0, Pixels));

    /// <summary>A number of each channel of each image, [N, C], from a value of as many elements.</summary>
    public string Rows(string value) => _chain.Op("Reshape", value, _chain.Longs(0, Channels));

    /// <summary>The sum of each channel, [C], which <see cref="SplitReductions"/> takes in two parts.</summary>
    public string Sum(string images) => _chain.Reduce("ReduceSum", images, 0, 2, 3);

    /// <summary>slope · (images - centre) + offset, each of a channel.</summary>
    public string Map(string images, string slope, string offset, string centre) =>
        _chain.Op("BatchNormalization", Attributes.Of(("epsilon", 0f)), images, slope, offset, centre, Filled(Channels, 1));

    public string Number(float value) => _chain.Constant(Tensor.Scalar(value));

    public string Filled(int length, float value) => _chain.Constant(Tensor.Vector<float>([.. Enumerable.Repeat(value, length)]));
}
