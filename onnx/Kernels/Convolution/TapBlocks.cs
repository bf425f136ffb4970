namespace Anneal.Onnx.Kernels;

/// <summary>Divides the grid of a product over taps, so that the patch of a block fits a thread's memory.</summary>
/// <param name="Channels">Channels in a block, at most.</param>
/// <param name="Rows">Blocks along the grid's rows.</param>
/// <param name="Columns">Blocks along the grid's columns; above 1 only where a block has one row.</param>
/// <param name="Patch">The layout of a block's patch.</param>
internal sealed record TapBlocks(int Channels, int Rows, int Columns, PatchLayout Patch)
{
    /// <summary>Divides a grid.</summary>
    /// <param name="y">The vertical axis.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="channels">Channels that should be in one block.</param>
    /// <param name="fewest">Blocks that there should be at least.</param>
    /// <param name="elements">Elements that a patch may have.</param>
    /// <param name="cells">Grid positions that a block may have.</param>
    public static TapBlocks Divide(TapAxis y, TapAxis x, int channels, int fewest, int elements, int cells)
    {
        int rows = Pieces.Count(y.Grid, Math.Clamp(fewest, 1, y.Grid));
        int columns = x.Grid;
        while (true)
        {
            var patch = new PatchLayout(y, x, rows, columns);
            bool fits = (long)patch.ChannelStride * channels <= elements && (long)rows * columns <= cells;
            if (fits || (rows == 1 && columns == 1 && channels == 1))
            {
                return new TapBlocks(channels, Pieces.Count(y.Grid, rows), Pieces.Count(x.Grid, columns), patch);
            }

            if (rows > 1)
            {
                rows = (rows + 1) / 2;
            }
            else if (channels > 16 || columns <= 64)
            {
                channels = (channels + 1) / 2;
                columns = columns <= 64 && channels == 1 ? (columns + 1) / 2 : columns;
            }
            else
            {
                columns = (columns + 1) / 2;
            }
        }
    }
}
