namespace Anneal.Onnx.Kernels;

/// <summary>Tiles that are computed together: tile rows of some images of one group.</summary>
/// <param name="Image">The first image.</param>
/// <param name="Images">The number of images.</param>
/// <param name="Group">The group.</param>
/// <param name="TileRow">The first tile row.</param>
/// <param name="TileRows">The number of tile rows.</param>
internal readonly record struct WinogradBlock(int Image, int Images, int Group, int TileRow, int TileRows);
