using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>A student of the ensemble, trained by the settings of 'train'.</summary>
internal sealed record DistillOptions
{
    [Key("temperature", "what the numbers before softmax or sigmoid are divided by, of teacher and student, where the student learns from the teacher")]
    [Range(0, 1000, ExcludesMin = true)]
    public double Temperature { get; init; } = 2;

    [Key("labels", "the share of the loss that is of the labels rather than of the teacher's answers")]
    [Range(0, 1)]
    public double Labels { get; init; } = 0.5;

    [Key("model", "the student's network; same is the pipeline's")]
    [Word("same")]
    public ModelOptions? Model { get; init; }
}
