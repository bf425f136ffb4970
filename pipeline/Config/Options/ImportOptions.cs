using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("import", "a model that training goes on from: an ONNX file, or what another pipeline exports")]
[Beside]
internal sealed record ImportOptions : ModelOptions
{
    [Key("import", "the model that training goes on from")]
    public required BaseOptions Import { get; init; }

    [Key("freeze", "parameters that keep their values, as patterns of their names: * stands for any characters, ? for one")]
    public IReadOnlyList<string> Freeze { get; init; } = [];

    [Key("head", "new layers in the place of the last ones; none keeps those of the model")]
    [Word("none")]
    public HeadOptions? Head { get; init; }

    [Key("input", "the model's value that takes the features; auto is its one floating input, or the last value before all weights")]
    [Word("auto")]
    public string? Input { get; init; }

    [Key("output", "the model's value that the loss takes, before any softmax or sigmoid; auto looks for it from the first output backwards")]
    [Word("auto")]
    public string? Output { get; init; }

    [Key("preprocessing", "what rows go through where the model has preprocessing inside: its own, or that of 'data' in its place")]
    public PreprocessingKind Preprocessing { get; init; } = PreprocessingKind.Base;

    [Key("continue", "whether the optimizer goes on from the state in the file, which is there after 'export: {training: true}'")]
    public bool Continue { get; init; }

    /// <summary>The path of the key that names the model.</summary>
    internal string Place() => Import.Path is null ? "model.import.pipeline" : "model.import.path";

    internal override IReadOnlyList<LayerOptions> Expand() => Head?.Layers ?? [];
}
