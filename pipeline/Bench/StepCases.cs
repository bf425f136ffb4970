namespace Anneal.Pipeline.Bench;

/// <summary>The cases of <c>bench step</c>.</summary>
internal static class StepCases
{
    public static IReadOnlyList<StepCase> All { get; } =
    [
        new("mlp", 100, 784, [500, 500, 10]),
        new("mlp32", 32, 784, [500, 500, 10]),
        new("tabular", 32, 30, [64, 32, 2]),
    ];
}
