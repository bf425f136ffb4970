using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Preflight.Data;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>Columns that tell nothing, or a row's name rather than what it is like.</summary>
internal sealed class ColumnsCheck : IPreflightCheck
{
    public string Name => "columns";

    public bool IsOn(PreflightOptions options) => options.Data;

    public PreflightResult Run(PreflightSubject subject)
    {
        ColumnReport[] reports = [.. subject.Columns.Train.Select(c => ColumnReport.Of(c, subject.Columns.TrainRows))];
        if (reports.Length == 0)
        {
            return new PreflightResult(Name, PreflightStatus.Skipped, "the rows have no columns");
        }

        string[] noted = [.. reports.Where(r => r.Notes.Count > 0).Select(r => $"{r.Name} is {string.Join(", ", r.Notes)}")];
        int missing = reports.Sum(r => r.Missing);
        string cells = FormattableString.Invariant($"{reports.Length} columns, {missing} values missing");
        return noted.Length == 0
            ? new PreflightResult(Name, PreflightStatus.Passed, cells)
            : new PreflightResult(Name, PreflightStatus.Warning, $"{cells}; {Listing.Of(noted)}", "set what is constant, or names a row, to ignore");
    }
}
