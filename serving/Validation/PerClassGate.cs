using Anneal.Onnx.Metrics;

namespace Anneal.Serving.Validation;

/// <summary>Precision, recall or F1 of every class or label that rows have meets a limit: a good mean does not hide one that is lost.</summary>
/// <param name="metric">precision, recall or f1.</param>
/// <param name="comparison">How the figure is held against the limit.</param>
/// <param name="limit">The limit.</param>
/// <exception cref="ArgumentOutOfRangeException">There is no such figure of a class.</exception>
public sealed class PerClassGate(string metric, Comparison comparison, double limit) : IGate
{
    /// <summary>The figures that a class has.</summary>
    public static IReadOnlyList<string> Metrics { get; } = ["f1", "precision", "recall"];

    private readonly Func<ClassFigures, double> _figure = metric switch
    {
        "precision" => f => f.Precision,
        "recall" => f => f.Recall,
        "f1" => f => f.F1,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "expected precision, recall or f1"),
    };

    /// <inheritdoc/>
    public string Name => $"per_class.{metric}";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        IReadOnlyList<ClassFigures> figures = context.Judged?.Figures ?? throw AnnealException.BadUsage($"gate '{Name}' needs labels, and the rows have none");
        (ClassFigures Figures, int Class)[] seen = [.. figures.Select((f, i) => (f, i)).Where(f => f.f.Support > 0)];
        if (seen.Length == 0)
        {
            throw AnnealException.BadUsage($"gate '{Name}' needs classes, and the model answers numbers", "remove it for a regression");
        }

        bool lowest = comparison is Comparison.AtLeast or Comparison.Above;
        (ClassFigures worst, int index) = lowest ? seen.MinBy(f => _figure(f.Figures)) : seen.MaxBy(f => _figure(f.Figures));
        string name = index < context.Set.ClassNames.Count ? $"'{context.Set.ClassNames[index]}'" : FormattableString.Invariant($"{index}");
        string what = FormattableString.Invariant($"{metric} of class {name} ({worst.Support} rows), the {(lowest ? "lowest" : "highest")} of {seen.Length},");
        return Comparisons.Hold(Name, what, _figure(worst), comparison, limit);
    }
}
