using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Kernels;

/// <summary>Reads indices at run time: one out of range is an error that names the node.</summary>
/// <param name="node">The node.</param>
/// <param name="indices">The indices.</param>
/// <param name="axis">The axis that they are of.</param>
/// <param name="size">Its size.</param>
/// <param name="least">The least index: negative ones count from the end.</param>
internal sealed class Indexing(Node node, Slot indices, int axis, int size, int least)
{
    /// <summary>Reads indices of which negative ones count from the end.</summary>
    public Indexing(Node node, Slot indices, int axis, int size)
        : this(node, indices, axis, size, -size)
    {
    }

    /// <summary>The index at a position, from 0 to the size of the axis - 1.</summary>
    public int At(int position)
    {
        long index = Blobs.Integer(indices, position);
        return index >= 0 && index < size ? (int)index : Wrap(index);
    }

    private int Wrap(long index) => index < 0 && index >= least
        ? (int)(index + size)
        : throw AnnealException.BadData($"index {index} is out of range for axis {axis} of size {size}", $"indices go from {least} to {size - 1}").In(node);
}
