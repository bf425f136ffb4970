namespace Anneal.Onnx.Formats;

/// <summary>The order of the dimensions of a model's input of images.</summary>
public enum ImageLayout
{
    /// <summary>As the files that were trained on have it: [N, H, W] of IDX, [N, C, H, W] of image files.</summary>
    AsRead,

    /// <summary>[N, C, H, W].</summary>
    Nchw,

    /// <summary>[N, H, W, C].</summary>
    Nhwc,
}
