using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ExportOptions
{
    [Key("opset", "version of ONNX's operators")]
    [Range(18, 18)]
    public int Opset { get; init; } = 18;

    [Key("labels", "names of the classes, by index")]
    public IReadOnlyList<string>? Labels { get; init; }
}
