namespace Anneal.Trainer.Data.Images;

/// <summary>The sizes of image files, in pixels, before they are stretched to one.</summary>
/// <param name="LeastHeight">The least height.</param>
/// <param name="LeastWidth">The least width, of that image or another.</param>
/// <param name="LargestHeight">The largest height.</param>
/// <param name="LargestWidth">The largest width.</param>
public sealed record ImageSizes(int LeastHeight, int LeastWidth, int LargestHeight, int LargestWidth);
