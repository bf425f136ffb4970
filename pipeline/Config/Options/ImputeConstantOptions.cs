using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("constant", "a number, in the column's unit")]
internal sealed record ImputeConstantOptions : ImputeOptions
{
    [Key("value", "the number", IsPrimary = true)]
    public required double Value { get; init; }
}
