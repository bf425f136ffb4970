namespace Anneal.Onnx.Ir.Format;

/// <summary>How large and how deep a model's file may be. What is beyond is refused before a runtime sees it.</summary>
/// <remarks>docs/untrusted.md has the same table; a test holds the two together.</remarks>
public sealed record ModelLimits
{
    /// <summary>The limits of every command.</summary>
    public static ModelLimits Default { get; } = new();

    /// <summary>Bytes of the model's own file, external data not counted.</summary>
    public long FileBytes { get; init; } = Array.MaxLength;

    /// <summary>Messages within messages.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Messages in the file: nodes, attributes, tensors, dimensions and all others.</summary>
    public int Messages { get; init; } = 2_000_000;

    /// <summary>Texts in the file: names, and elements of tensors of strings.</summary>
    public int Texts { get; init; } = 4_000_000;

    /// <summary>Whole numbers that are no raw bytes, by the bytes that they take.</summary>
    public int Numbers { get; init; } = 1 << 27;

    /// <summary>Bytes of a name.</summary>
    public int NameBytes { get; init; } = 4096;

    /// <summary>Nodes of all graphs and functions.</summary>
    public int Nodes { get; init; } = 100_000;

    /// <summary>Functions.</summary>
    public int Functions { get; init; } = 2_000;

    /// <summary>Nodes once every call of a function is replaced by its body.</summary>
    public int ExpandedNodes { get; init; } = 100_000;

    /// <summary>Functions that call functions.</summary>
    public int CallDepth { get; init; } = 64;

    /// <summary>Graphs within graphs, as the branches of If are.</summary>
    public int Nesting { get; init; } = 16;

    /// <summary>Characters of all names that replacing calls and branches makes.</summary>
    public long NameCharacters { get; init; } = 1L << 26;

    /// <summary>Dimensions of a tensor or a value.</summary>
    public int Rank { get; init; } = 64;

    /// <summary>Bytes of a tensor.</summary>
    public long TensorBytes { get; init; } = Array.MaxLength - 64;

    /// <summary>Elements of all sparse tensors once they are dense.</summary>
    public long SparseElements { get; init; } = 1L << 22;

    /// <summary>Bytes of all external data.</summary>
    public long ExternalBytes { get; init; } = 1L << 36;

    internal static AnnealException Beyond(string text) => AnnealException.BadData(text, "docs/untrusted.md has the limits of what is read; write the model smaller or flatter");
}
