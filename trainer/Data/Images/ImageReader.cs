using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Trainer.Data.Augment;

namespace Anneal.Trainer.Data.Images;

/// <summary>All image files of a folder or zip, in the order of their paths, decoded as training decodes them: what folders they lie in means nothing.</summary>
public sealed class ImageReader : IImageReader
{
    private readonly ImageFiles _files;
    private readonly ImageShape _shape;

    /// <summary>Lists the files.</summary>
    /// <param name="path">A folder or a zip.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <param name="height">The height that every image is stretched to, in pixels.</param>
    /// <param name="width">The width.</param>
    /// <exception cref="AnnealException">It is not there or no zip, it holds no file, or libvips is missing.</exception>
    public ImageReader(string path, int channels, int height, int width)
    {
        Vips.EnsureStarted();
        _files = new ImageFiles(path, "", hasClasses: false);
        _shape = new ImageShape(channels, height, width);
    }

    /// <inheritdoc/>
    public int Count => _files.Count;

    /// <inheritdoc/>
    public string Name(int index) => _files.NameWithin(index);

    /// <inheritdoc/>
    public void Decode(int index, Span<byte> pixels) => Vips.Decode(_files.Read(index), _shape.Channels, (_shape.Height, _shape.Width), _shape, pixels);

    /// <inheritdoc/>
    public void EndThread() => Vips.ThreadShutdown();

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();
}
