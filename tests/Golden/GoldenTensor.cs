namespace Anneal.Tests.Golden;

/// <summary>A parameter: how its first value is made, and what its gradient is in the first step.</summary>
/// <param name="Name">Its name in our graph.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Offset">The middle of its values.</param>
/// <param name="Scale">The largest distance from there, a power of two.</param>
/// <param name="Sum">The sum of the gradient's elements.</param>
/// <param name="SumOfSquares">The sum of their squares.</param>
/// <param name="MaxAbs">The largest magnitude.</param>
/// <param name="Samples">The elements at <see cref="GoldenCase.Places"/>.</param>
internal sealed record GoldenTensor(
    string Name,
    int[] Shape,
    double Offset,
    double Scale,
    double Sum,
    double SumOfSquares,
    double MaxAbs,
    IReadOnlyList<double> Samples);
