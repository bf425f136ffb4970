using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>A loss of classes or labels, whose rows may weigh by class.</summary>
internal abstract record ClassLossOptions : LossOptions
{
    [Key("class_weights", "weight of each class by name, 1 where none is given, or of the positive rows of each label; balanced makes all classes weigh alike")]
    [Range(0, ExcludesMin = true)]
    [Word("balanced")]
    public IReadOnlyDictionary<string, double>? ClassWeights { get; init; } = new OrderedDictionary<string, double>();
}
