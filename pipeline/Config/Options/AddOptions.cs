using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("add", "branches whose outputs are added: a name and a list of layers for each; an empty list passes the input as it is")]
[Bare]
internal sealed record AddOptions : LayerOptions
{
    [Key("add", "layers of each branch, by the branch's name")]
    public required IReadOnlyDictionary<string, IReadOnlyList<LayerOptions>> Branches { get; init; }
}
