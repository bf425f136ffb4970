using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Kernels;

/// <summary>Reads indices at run time: negative ones count from the end, any other out of range is an error that names the node.</summary>
internal sealed class Indexing(Node node, Slot indices, int axis, int size)
{
    /// <summary>The index at a position, from 0 to the size of the axis - 1.</summary>
    public int At(int position)
    {
        long index = Blobs.Integer(indices, position);
        return index >= 0 && index < size ? (int)index : Wrap(index);
    }

    private int Wrap(long index) => index < 0 && index >= -size
        ? (int)(index + size)
        : throw AnnealException.BadData($"index {index} is out of range for axis {axis} of size {size}", $"indices go from {-size} to {size - 1}").In(node);
}
