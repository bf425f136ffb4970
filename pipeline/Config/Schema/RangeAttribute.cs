using System.Globalization;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>The numbers a key accepts; for a list, each of its items.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RangeAttribute(double min, double max = double.PositiveInfinity) : Attribute
{
    public double Min { get; } = min;

    public double Max { get; } = max;

    public bool ExcludesMin { get; init; }

    public bool ExcludesMax { get; init; }

    public bool Contains(double value) =>
        (ExcludesMin ? value > Min : value >= Min) && (ExcludesMax ? value < Max : value <= Max);

    public override string ToString()
    {
        string min = Min.ToString(CultureInfo.InvariantCulture);
        string max = Max.ToString(CultureInfo.InvariantCulture);
        string lower = ExcludesMin ? $"greater than {min}" : $"at least {min}";
        return double.IsPositiveInfinity(Max) ? lower
            : Min == Max ? min
            : !ExcludesMin && !ExcludesMax ? $"from {min} to {max}"
            : $"{lower} and {(ExcludesMax ? "less than" : "at most")} {max}";
    }
}
