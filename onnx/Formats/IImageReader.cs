namespace Anneal.Onnx.Formats;

/// <summary>Image files that are decoded to one shape.</summary>
public interface IImageReader : IDisposable
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>An image's file.</summary>
    /// <param name="index">The image, from 0.</param>
    /// <returns>Its path within the folder or zip, with '/' between its parts.</returns>
    string Name(int index);

    /// <summary>Decodes an image; any number of threads may.</summary>
    /// <param name="index">The image, from 0.</param>
    /// <param name="pixels">[C, H, W] uint8: receives it, stretched.</param>
    /// <exception cref="AnnealException">The file is damaged or no image.</exception>
    void Decode(int index, Span<byte> pixels);

    /// <summary>Frees what is kept for the calling thread, which has decoded its last image.</summary>
    void EndThread();
}
