using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>What keeps weights small or answers smooth, beside dropout.</summary>
internal sealed record RegularizeOptions
{
    [Key("l1", "factor of the sum of sizes of the weights in the loss")]
    [Range(0)]
    public double L1 { get; init; }

    [Key("l2", "factor of half the sum of squares of the weights in the loss")]
    [Range(0)]
    public double L2 { get; init; }

    [Key("elastic_net", "both penalties from one strength; in place of l1 and l2")]
    public ElasticNetOptions? ElasticNet { get; init; }

    [Key("biases", "whether the penalties cover biases and norms too")]
    public bool Biases { get; init; }

    [Key("decoupled_decay", "share of the weights, times the learning rate, taken off in each step outside the gradient")]
    [Range(0)]
    public double DecoupledDecay { get; init; }

    [Key("max_norm", "the largest norm of the weights into one unit")]
    [Word("none")]
    [Range(0, ExcludesMin = true)]
    public double? MaxNorm { get; init; }

    [Key("input_noise", "deviation of the normal noise on the features, while training")]
    [Range(0)]
    public double InputNoise { get; init; }

    [Key("weight_noise", "deviation of the normal noise on the weights, while training")]
    [Range(0)]
    public double WeightNoise { get; init; }
}
