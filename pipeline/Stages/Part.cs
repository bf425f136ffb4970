namespace Anneal.Pipeline.Stages;

/// <summary>The names of the parts that metrics are of.</summary>
internal static class Part
{
    public const string Train = "train";

    public const string Validation = "validation";

    public const string Test = "test";
}
