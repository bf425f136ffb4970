using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ExportOptions
{
    [Key("opset", "version of ONNX's operators")]
    [Range(18, 18)]
    public int Opset { get; init; } = 18;

    [Key("labels", "names of the classes or labels, by index")]
    public IReadOnlyList<string>? Labels { get; init; }

    [Key("threshold", "probability from which on the answer is class 1 of two, or that a label is there")]
    [Range(0, 1, ExcludesMin = true, ExcludesMax = true)]
    public double Threshold { get; init; } = 0.5;
}
