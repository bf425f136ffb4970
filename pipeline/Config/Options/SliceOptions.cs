using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("slice", "a stretch of one axis, such as the features that a branch reads")]
internal sealed record SliceOptions : LayerOptions
{
    [Key("axis", "the axis; 1 is the first behind the batch")]
    [Range(1, 8)]
    public int Axis { get; init; } = 1;

    [Key("start", "first element, counted from 0")]
    [Range(0, int.MaxValue)]
    public int Start { get; init; }

    [Key("end", "element after the last; auto takes all that follow")]
    [Range(1, int.MaxValue)]
    [Word("auto")]
    public int? End { get; init; }
}
