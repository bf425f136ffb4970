using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>What is checked before training; none of it leaves a trace in the training.</summary>
internal sealed record PreflightOptions
{
    [Key("data", "whether columns, outliers, classes, duplicates, leakage, shift and scale are looked at")]
    public bool Data { get; init; } = true;

    [Key("allow_duplicates", "how many test rows may equal a row that is trained or validated on, answer included")]
    [Range(0, int.MaxValue)]
    public int AllowDuplicates { get; init; }

    [Key("allow_leakage", "columns that may tell the answer by themselves")]
    public IReadOnlyList<string> AllowLeakage { get; init; } = [];

    [Key("initial_loss", "whether the first loss is that of chance, and the penalty raises it")]
    public bool InitialLoss { get; init; } = true;

    [Key("gradient_check", "whether the gradient is held against finite differences in double precision")]
    public bool GradientCheck { get; init; } = true;

    [Key("overfit", "learns a handful of rows by heart, without dropout and regularisation")]
    [Word("none")]
    public OverfitOptions? Overfit { get; init; }

    [Key("shuffled_labels", "whether a short training on permuted answers is no better than chance on the validation rows")]
    public bool ShuffledLabels { get; init; }
}
