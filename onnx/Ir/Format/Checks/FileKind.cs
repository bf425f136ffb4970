namespace Anneal.Onnx.Ir.Format;

/// <summary>What stands at a path.</summary>
internal enum FileKind
{
    Missing,
    File,

    /// <summary>A file that has other names too.</summary>
    SharedFile,
    Folder,
    Link,

    /// <summary>A pipe, a socket or a device.</summary>
    Other,
}
