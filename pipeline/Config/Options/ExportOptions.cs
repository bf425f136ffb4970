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

    [Key("golden_rows", "rows of training data that the file keeps with the trainer's answers, so that 'anneal validate' can replay them anywhere")]
    [Range(0, 1000)]
    public int GoldenRows { get; init; } = 8;

    [Key("training", "whether the file also holds the training step with the optimizer's state, as ONNX's training_info, so that another training can go on from it")]
    public bool Training { get; init; }
}
