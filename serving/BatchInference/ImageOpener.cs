using Anneal.Onnx.Formats;

namespace Anneal.Serving.BatchInference;

/// <summary>Opens the image files of a folder or zip for whoever knows how to decode them.</summary>
/// <param name="path">The folder or zip.</param>
/// <param name="channels">1 for grey, 3 for red, green and blue.</param>
/// <param name="height">The height that every image is stretched to, in pixels.</param>
/// <param name="width">The width.</param>
/// <returns>The images, in the order of their names.</returns>
public delegate IImageReader ImageOpener(string path, int channels, int height, int width);
