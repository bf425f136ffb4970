using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Preflight.Data;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>How evenly the classes are spread over the rows.</summary>
internal sealed class ClassBalanceCheck : IPreflightCheck
{
    private const int MostTimes = 20;

    public string Name => "class-balance";

    public bool IsOn(PreflightOptions options) => options.Data;

    public PreflightResult Run(PreflightSubject subject)
    {
        IReadOnlyList<ClassReport> classes = DataReports.Classes(subject);
        if (classes.Count == 0)
        {
            return new PreflightResult(Name, PreflightStatus.Skipped, "numbers are predicted");
        }

        ClassReport least = classes.MinBy(c => c.Train)!;
        ClassReport most = classes.MaxBy(c => c.Train)!;
        string detail = FormattableString.Invariant($"{classes.Count} classes, from {least.Train} rows of '{least.Name}' to {most.Train} of '{most.Name}'");
        string[] absent = [.. classes.Where(c => (subject.Columns.ValidationRows.Length > 0 && c.Validation == 0) || (subject.Columns.TestRows.Length > 0 && c.Test == 0)).Select(c => c.Name)];
        return absent.Length > 0
            ? new PreflightResult(Name, PreflightStatus.Warning, $"{detail}; no row to validate or to test on is of {Listing.Of(absent)}", "stratify the split, or add rows")
            : most.Train > (long)least.Train * MostTimes
                ? new PreflightResult(Name, PreflightStatus.Warning, detail, "weigh the classes (class_weights: balanced), and judge by f1 or auc rather than by accuracy")
                : new PreflightResult(Name, PreflightStatus.Passed, detail);
    }
}
