using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>New last layers of an imported model.</summary>
internal sealed record HeadOptions
{
    [Key("after", "the model's value that they take; auto is the input of its last Gemm or MatMul")]
    [Word("auto")]
    public string? After { get; init; }

    [Key("layers", "the layers, whose parameters are named head.dense1.weight and so on")]
    public IReadOnlyList<LayerOptions> Layers { get; init; } = [new DenseOptions { Units = null }];
}
