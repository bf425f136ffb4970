using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("soup", "the mean of the weights of all checkpoints that are kept, or of several runs")]
internal sealed record SoupOptions : CandidateOptions
{
    [Key("kind", "uniform takes all; greedy begins with the best on the validation rows and takes each next one that makes the mean no worse there", IsPrimary = true)]
    public SoupKind Kind { get; init; } = SoupKind.Uniform;

    [Key("runs", "folders of finished runs of the same model, whose exported weights are mixed with what this training ended with; none mixes this training's checkpoints")]
    [Word("none")]
    public IReadOnlyList<string>? Runs { get; init; }
}
