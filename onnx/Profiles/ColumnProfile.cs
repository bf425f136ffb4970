using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Anneal.Onnx.Profiles;

/// <summary>How one column of the training rows is spread, in a few numbers.</summary>
/// <param name="Name">The input's name, with the place in it where it is wider than one: <c>x[3]</c>.</param>
/// <param name="Missing">The share of rows without a value: NaN, or an empty text.</param>
/// <param name="Shares">Of the rows with a value: the share up to each edge and the share above the last; of categories the share of each, then that of all others.</param>
public sealed record ColumnProfile(string Name, double Missing, ImmutableArray<double> Shares)
{
    /// <summary>Bounds of the bins of numbers, ascending: the values below which 5 %, 10 %, … 95 % of the rows are, equal ones once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<float> Edges { get; init; }

    /// <summary>The most frequent categories.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<string> Categories { get; init; }

    /// <summary>The mean of numbers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Mean { get; init; }

    /// <summary>The standard deviation of numbers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Deviation { get; init; }

    /// <summary>The smallest number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Min { get; init; }

    /// <summary>The largest number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Max { get; init; }
}
