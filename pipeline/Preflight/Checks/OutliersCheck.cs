using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Preflight.Data;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>Numbers far out by Tukey's fences. Skewed columns have many by nature, so that they are told and not warned of.</summary>
/// <seealso href="https://archive.org/details/exploratorydataa00tuke_0">Tukey, Exploratory Data Analysis (1977)</seealso>
internal sealed class OutliersCheck : IPreflightCheck
{
    public string Name => "outliers";

    public bool IsOn(PreflightOptions options) => options.Data;

    public PreflightResult Run(PreflightSubject subject)
    {
        ColumnReport[] reports = [.. subject.Columns.Train.Where(c => c.Numbers is not null).Select(c => ColumnReport.Of(c, subject.Columns.TrainRows))];
        if (reports.Length == 0)
        {
            return new PreflightResult(Name, PreflightStatus.Skipped, "there are no columns of numbers");
        }

        string[] found = [.. reports.Where(r => r.Outliers > 0).OrderByDescending(r => r.Outliers).Select(Describe)];
        return new PreflightResult(Name, PreflightStatus.Passed, found.Length == 0 ? "no number is further from the quartiles than three times their distance" : Listing.Of(found));
    }

    private static string Describe(ColumnReport report) =>
        FormattableString.Invariant($"{report.Name}: {report.Outliers} (rows {string.Join(", ", report.OutlierRows.Take(3))}{(report.Outliers > 3 ? ", …" : "")})");
}
