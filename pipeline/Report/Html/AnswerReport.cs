using Anneal.Onnx.Metrics;

namespace Anneal.Pipeline.Report.Html;

/// <summary>A model's answers to rows that it was not trained on.</summary>
/// <param name="Part">test or validation.</param>
/// <param name="Rows">How many.</param>
internal sealed record AnswerReport(string Part, int Rows)
{
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Rows by truth, then by answer.</summary>
    public IReadOnlyList<long[]>? Confusion { get; init; }

    public IReadOnlyList<Curve>? Roc { get; init; }

    public IReadOnlyList<CalibrationBin>? Calibration { get; init; }

    /// <summary>Truth and answer of up to two thousand rows of a regression.</summary>
    public IReadOnlyList<double[]>? Scatter { get; init; }

    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>One class against the rest: false and true positives at falling thresholds.</summary>
    internal sealed record Curve(string Name, double Auc, IReadOnlyList<double[]> Points);

    /// <summary>An answer that is far off.</summary>
    internal sealed record Mistake(int Row, string Truth, string Answer, string Detail, string? Image);
}
