using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Preflight.Data;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>Columns, and the classes, whose values are spread otherwise in the rows held out than in those trained on.</summary>
internal sealed class ShiftCheck : IPreflightCheck
{
    // A smaller distance is of no consequence, however sure it is.
    private const double Least = 0.1;

    public string Name => "shift";

    public bool IsOn(PreflightOptions options) => options.Data;

    public PreflightResult Run(PreflightSubject subject)
    {
        DataColumns columns = subject.Columns;
        var found = new List<(string What, double Distance, double Chance)>();
        for (int c = 0; c < columns.Train.Count; c++)
        {
            Add(columns.Train[c], columns.Train[c], columns.ValidationRows, "validation");
            Add(columns.Train[c], columns.Test[c], columns.TestRows, "test");
        }

        IReadOnlyList<ClassReport> classes = subject.Loaded.Train.Target.Type == DType.Int64 ? DataReports.Classes(subject) : [];
        AddClasses(c => c.Validation, "validation");
        AddClasses(c => c.Test, "test");
        if (found.Count == 0)
        {
            return new PreflightResult(Name, PreflightStatus.Skipped, "there is nothing to compare");
        }

        string[] shifted = [.. found.Where(f => f.Distance > Math.Max(Least, f.Chance)).OrderByDescending(f => f.Distance).Select(Describe)];
        return shifted.Length == 0
            ? new PreflightResult(Name, PreflightStatus.Passed, $"the furthest apart is {Describe(found.MaxBy(f => f.Distance - f.Chance))}")
            : new PreflightResult(Name, PreflightStatus.Warning, $"spread otherwise than in the training rows: {Listing.Of(shifted)}", "look how the rows were split; where use will differ from training too, validate on rows like those of use");

        void Add(DataColumn train, DataColumn other, int[] rows, string part)
        {
            int[] present = [.. rows.Where(r => !other.IsMissing(r))];
            int[] trained = [.. columns.TrainRows.Where(r => !train.IsMissing(r))];
            if (present.Length > 0 && trained.Length > 0)
            {
                (double distance, double chance) = train.Numbers is { } numbers
                    ? Distance.OfNumbers([.. trained.Select(r => numbers[r]).Order()], [.. present.Select(r => other.Numbers![r]).Order()])
                    : Distance.OfCategories([.. trained.Select(r => train.Texts![r])], [.. present.Select(r => other.Texts![r])]);
                found.Add(($"{train.Name} in {part}", distance, chance));
            }
        }

        void AddClasses(Func<ClassReport, int> count, string part)
        {
            if (classes.Sum(count) > 0)
            {
                string[] Texts(Func<ClassReport, int> of) => [.. classes.SelectMany(c => Enumerable.Repeat(c.Name, of(c)))];
                (double distance, double chance) = Distance.OfCategories(Texts(c => c.Train), Texts(count));
                found.Add(($"the classes in {part}", distance, chance));
            }
        }
    }

    private static string Describe((string What, double Distance, double Chance) f) => FormattableString.Invariant($"{f.What} ({f.Distance:0.000}, chance gives up to {f.Chance:0.000})");
}
