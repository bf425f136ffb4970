namespace Anneal.Onnx.Kernels;

/// <summary>Even division of a length.</summary>
internal static class Pieces
{
    /// <summary>The number of pieces of at most a size.</summary>
    public static int Count(int length, int size) => (length / size) + (length % size == 0 ? 0 : 1);

    /// <summary>Where a piece begins when a length is divided evenly; the piece after the last begins at the end.</summary>
    public static int Start(int piece, int pieces, int length) => (int)((long)piece * length / pieces);
}
