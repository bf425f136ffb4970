using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Preflight.Data;

namespace Anneal.Pipeline.Preflight.Checks;

/// <summary>Rows that are there more than once: within a part, and on both sides of a split, where they make the judgement too kind.</summary>
internal sealed class DuplicatesCheck : IPreflightCheck
{
    private const double MostInValidation = 0.05;

    public string Name => "duplicates";

    public bool IsOn(PreflightOptions options) => options.Data;

    public PreflightResult Run(PreflightSubject subject)
    {
        DataColumns columns = subject.Columns;
        UInt128[] hashes = RowHashes.Of(subject.Loaded.Train, withTarget: true);
        UInt128[] ofTest = ReferenceEquals(subject.Loaded.Test, subject.Loaded.Train) ? hashes : RowHashes.Of(subject.Loaded.Test, withTarget: true);
        HashSet<UInt128> train = [.. columns.TrainRows.Select(r => hashes[r])];
        int validation = columns.ValidationRows.Count(r => train.Contains(hashes[r]));
        HashSet<UInt128> seen = [.. train, .. columns.ValidationRows.Select(r => hashes[r])];
        int[] test = [.. columns.TestRows.Where(r => seen.Contains(ofTest[r]))];
        var values = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["within_train"] = columns.TrainRows.Length - train.Count,
            ["within_validation"] = Repeated(columns.ValidationRows, hashes),
            ["within_test"] = Repeated(columns.TestRows, ofTest),
            ["conflicting"] = Conflicting(subject, train.Count),
            ["validation_in_train"] = validation,
            ["test_in_train"] = test.Length,
        };
        string detail = FormattableString.Invariant(
            $"{values["within_train"]} of {columns.TrainRows.Length} training rows repeat another of them ({values["conflicting"]} have another row's inputs and another answer), {values["within_validation"]} validation and {values["within_test"]} test rows another of theirs; {validation} of {columns.ValidationRows.Length} validation rows and {test.Length} of {columns.TestRows.Length} test rows are also rows to train or choose by");
        if (test.Length > subject.Options.AllowDuplicates)
        {
            string rows = string.Join(", ", test.Take(5)) + (test.Length > 5 ? ", …" : "");
            return new PreflightResult(
                Name,
                PreflightStatus.Failed,
                FormattableString.Invariant($"{detail}; the first such test rows, from 0: {rows}"),
                FormattableString.Invariant($"take them out, split by group, or, where equal rows are different cases, set preflight.allow_duplicates: {test.Length}"))
            { Values = values };
        }

        return validation > MostInValidation * Math.Max(1, columns.ValidationRows.Length)
            ? new PreflightResult(Name, PreflightStatus.Warning, detail, "validation is too kind: take the repeated rows out, or split by group") { Values = values }
            : new PreflightResult(Name, PreflightStatus.Passed, detail) { Values = values };
    }

    private static int Repeated(int[] rows, UInt128[] hashes) => rows.Length - rows.Select(r => hashes[r]).Distinct().Count();

    // Rows with answers of their own, less rows with inputs of their own.
    private static int Conflicting(PreflightSubject subject, int withAnswers)
    {
        UInt128[] inputs = RowHashes.Of(subject.Loaded.Train, withTarget: false);
        return withAnswers - subject.Columns.TrainRows.Select(r => inputs[r]).Distinct().Count();
    }
}
