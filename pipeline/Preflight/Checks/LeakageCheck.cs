using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Preflight.Data;
using Anneal.Trainer.Data;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>A column that tells the answer by itself: mostly one that is known only after it.</summary>
internal sealed class LeakageCheck : IPreflightCheck
{
    private const double Leaks = 0.999;
    private const double Suspicious = 0.95;
    private const int FewestRows = 50;
    private const int MostRows = 20_000;

    public string Name => "leakage";

    public bool IsOn(PreflightOptions options) => options.Data;

    public PreflightResult Run(PreflightSubject subject)
    {
        DataColumns columns = subject.Columns;
        (int[] fit, int[] judge) = Halves(subject);
        if (columns.Train.Count == 0 || judge.Length < FewestRows)
        {
            return new PreflightResult(Name, PreflightStatus.Skipped, columns.Train.Count == 0 ? "the rows have no columns" : "too few rows to tell");
        }

        (string Column, double Skill)[] all =
        [
            .. columns.Train.Where(c => !subject.Options.AllowLeakage.Contains(c.Name)).Select(c => (c.Name, Skill(c, fit, judge, subject.Loaded.Train))).OrderByDescending(c => c.Item2),
        ];
        string[] leaking = [.. all.Where(c => c.Skill >= Leaks).Select(Describe)];
        string[] suspicious = [.. all.Where(c => c.Skill is >= Suspicious and < Leaks).Select(Describe)];
        const string Hint = "ask whether the column is known when the model is used; if not, set it to ignore; if so, name it in preflight.allow_leakage";
        return leaking.Length > 0 ? new PreflightResult(Name, PreflightStatus.Failed, $"the answer follows from a single column: {Listing.Of(leaking)}", Hint)
            : suspicious.Length > 0 ? new PreflightResult(Name, PreflightStatus.Warning, $"the answer nearly follows from a single column: {Listing.Of(suspicious)}", Hint)
            : new PreflightResult(Name, PreflightStatus.Passed, all.Length == 0 ? "every column may tell the answer" : $"the best single column is {Describe(all[0])}");
    }

    private static string Describe((string Column, double Skill) found) => FormattableString.Invariant($"{found.Column} ({Math.Max(0, found.Skill):P1} of the error taken away on rows held out)");

    private static (int[] Fit, int[] Judge) Halves(PreflightSubject subject)
    {
        ulong key = CounterRandom.Key(subject.Seed, "preflight/leakage");
        int[] rows = subject.Columns.TrainRows;
        rows = rows.Length <= MostRows ? rows : [.. Permutation.Of(subject.Seed, "preflight/leakage/rows", 0, rows.Length).Take(MostRows).Select(i => rows[i])];
        ILookup<bool, int> halves = rows.ToLookup(r => CounterRandom.UInt32(key, (ulong)r) < 0x80000000);
        return ([.. halves[true]], [.. halves[false]]);
    }

    // Of several answers the one that it tells best.
    private static double Skill(DataColumn column, int[] fit, int[] judge, DataTable table)
    {
        if (table.Target.Type == DType.Int64)
        {
            return ColumnPredictor.SkillOfClasses(column, fit, judge, r => (int)table.Target.Span<long>()[r]);
        }

        int width = table.Target.Length / table.Rows;
        return Enumerable.Range(0, width).Max(k => table.ClassNames is null
            ? ColumnPredictor.SkillOfNumbers(column, fit, judge, r => table.Target.Span<float>()[(r * width) + k])
            : ColumnPredictor.SkillOfClasses(column, fit, judge, r => (int)table.Target.Span<float>()[(r * width) + k]));
    }
}
