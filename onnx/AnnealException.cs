using Anneal.Onnx.Ir;

namespace Anneal.Onnx;

/// <summary>An error that the user can act on: where it is, what was expected and what to do.</summary>
/// <remarks>The message reads <c>frame → frame → text. hint: …</c>; frames are added from the inside out by <see cref="In(string)"/>.</remarks>
public sealed class AnnealException : Exception
{
    private readonly List<string> _frames = [];
    private readonly string _text;
    private readonly string? _hint;

    /// <summary>Creates an error.</summary>
    /// <param name="code">The exit code of a command that ends with it.</param>
    /// <param name="text">What is wrong: what was expected and what was found.</param>
    /// <param name="hint">What to do about it.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public AnnealException(ExitCode code, string text, string? hint = null, Exception? inner = null)
        : base(text, inner)
    {
        Code = code;
        _text = text;
        _hint = hint;
    }

    /// <summary>The exit code of a command that ends with this error.</summary>
    public ExitCode Code { get; }

    /// <summary>The ops that nothing here can run, where that is the error; null for any other.</summary>
    public IReadOnlyList<string>? UnsupportedOps { get; set; }

    /// <summary>Whether the error is that a device has no more memory: a smaller batch may fit.</summary>
    public bool IsOutOfMemory { get; init; }

    /// <summary>The message without its frames.</summary>
    public string Text => _hint is null ? _text : $"{_text}. hint: {_hint}";

    /// <inheritdoc/>
    public override string Message
    {
        get
        {
            string message = string.Join(" → ", _frames.AsEnumerable().Reverse().Append(_text));
            return _hint is null ? message : $"{message}. hint: {_hint}";
        }
    }

    /// <summary>Adds an outer frame, such as a file with a line or a node.</summary>
    /// <param name="frame">The frame's text; skipped when empty.</param>
    /// <returns>This error.</returns>
    public AnnealException In(string frame)
    {
        if (frame.Length > 0)
        {
            _frames.Add(frame);
        }

        return this;
    }

    /// <summary>Adds the node and its origin as outer frames.</summary>
    /// <param name="node">The node that the error is about.</param>
    /// <returns>This error.</returns>
    public AnnealException In(Node node) => In($"node '{node.Name}' ({node.OpType})").In(node.Origin.ToString());

    /// <summary>An error of the command line or the configuration.</summary>
    /// <param name="text">What is wrong.</param>
    /// <param name="hint">What to do.</param>
    /// <returns>The error.</returns>
    public static AnnealException BadUsage(string text, string? hint = null) => new(ExitCode.Usage, text, hint);

    /// <summary>An error of a data or model file.</summary>
    /// <param name="text">What is wrong.</param>
    /// <param name="hint">What to do.</param>
    /// <returns>The error.</returns>
    public static AnnealException BadData(string text, string? hint = null) => new(ExitCode.Data, text, hint);

    /// <summary>An error about a model that is valid but holds what is not implemented here.</summary>
    /// <param name="text">What is not.</param>
    /// <param name="ops">The ops that need it; empty where they are not known.</param>
    /// <param name="hint">What to do.</param>
    /// <returns>The error.</returns>
    public static AnnealException NotSupported(string text, IReadOnlyList<string> ops, string? hint = null) =>
        new(ExitCode.Data, text, hint) { UnsupportedOps = ops };
}
