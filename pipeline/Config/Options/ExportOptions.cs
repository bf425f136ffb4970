using Anneal.Onnx.Rewrite;
using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ExportOptions
{
    [Key("opset", "version of ONNX's operators, and the format's that goes with it")]
    [Range(ConvertOpset.Oldest, ConvertOpset.Newest)]
    public int Opset { get; init; } = 18;

    [Key("labels", "names of the classes or labels, by index")]
    public IReadOnlyList<string>? Labels { get; init; }

    [Key("threshold", "probability from which on the answer is class 1 of two, or that a label is there")]
    [Range(0, 1, ExcludesMin = true, ExcludesMax = true)]
    public double Threshold { get; init; } = 0.5;

    [Key("golden_rows", "rows of training data that the file keeps with the trainer's answers, so that 'anneal validate' can replay them anywhere")]
    [Range(0, 1000)]
    public int GoldenRows { get; init; } = 8;

    [Key("variants", "other forms of the model, each written beside it if it holds against the float model")]
    public IReadOnlyList<VariantOptions> Variants { get; init; } = [];

    [Key("external_data", "weights in a file of their own beside the model's; larger ones than 2 GB always are")]
    public bool ExternalData { get; init; }

    [Key("inputs", "of a table: an input for each column by its name, or one tensor 'features' of all columns, which then are all numbers or all categories")]
    public InputsKind Inputs { get; init; }

    [Key("layout", "of images, uint8 of the trained size: as the files have them, or [N, C, H, W] or [N, H, W, C]")]
    public LayoutKind Layout { get; init; }

    [Key("outputs", "outputs beside label, class and probabilities: what becomes probabilities, and what enters the last layer")]
    public IReadOnlyList<OutputKind> Outputs { get; init; } = [];

    [Key("calibrate", "whether probabilities are made to say how often the model is right, by a temperature fitted on the validation rows")]
    public CalibrateKind Calibrate { get; init; }

    [Key("training", "whether the file also holds the training step with the optimizer's state, as ONNX's training_info, so that another training can go on from it")]
    public bool Training { get; init; }
}
