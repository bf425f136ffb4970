using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>Settings of the parameters whose names fit a pattern.</summary>
internal sealed record ParameterGroupOptions
{
    [Key("match", "the parameters, such as dense*.bias: * stands for any characters, ? for one; the first group that fits holds")]
    public required string Match { get; init; }

    [Key("lr", "multiplies the learning rate")]
    [Range(0, ExcludesMin = true)]
    public double Lr { get; init; } = 1;

    [Key("weight_decay", "decay in place of the optimizer's, for biases and norms too; auto is the optimizer's")]
    [Word("auto")]
    [Range(0)]
    public double? WeightDecay { get; init; }

    [Key("frozen", "whether the parameters keep their first values")]
    public bool Frozen { get; init; }
}
