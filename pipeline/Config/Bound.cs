using System.Globalization;

namespace Anneal.Pipeline.Config;

/// <summary>A limit on a metric: <c>>= 0.93</c>.</summary>
internal readonly record struct Bound(BoundOperator Operator, double Limit)
{
    public const string Pattern = @"^\s*(<=|>=|<|>)\s*[-+]?[0-9.]+([eE][-+]?[0-9]+)?\s*$";

    /// <summary>NaN meets no limit.</summary>
    public bool IsMet(double value) => Operator switch
    {
        BoundOperator.Less => value < Limit,
        BoundOperator.LessOrEqual => value <= Limit,
        BoundOperator.Greater => value > Limit,
        _ => value >= Limit,
    };

    public static bool TryParse(string text, out Bound bound)
    {
        text = text.Trim();
        bool isInclusive = text.Length > 1 && text[1] == '=';
        bool isOperator = text.Length > 0 && text[0] is '<' or '>';
        ReadOnlySpan<char> number = isOperator ? text.AsSpan(isInclusive ? 2 : 1) : default;
        bool isNumber = double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit) && double.IsFinite(limit);
        bound = isNumber
            ? new Bound(text[0] == '<' ? isInclusive ? BoundOperator.LessOrEqual : BoundOperator.Less : isInclusive ? BoundOperator.GreaterOrEqual : BoundOperator.Greater, limit)
            : default;
        return isNumber;
    }

    public override string ToString()
    {
        string symbol = Operator switch
        {
            BoundOperator.Less => "<",
            BoundOperator.LessOrEqual => "<=",
            BoundOperator.Greater => ">",
            _ => ">=",
        };
        return $"{symbol} {Schema.ScalarShape.Format(Limit)}";
    }
}
