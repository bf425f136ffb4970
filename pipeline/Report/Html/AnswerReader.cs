using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;

namespace Anneal.Pipeline.Report.Html;

/// <summary>Reads a model's answers: what is confused, how sure the model is, where it is furthest off.</summary>
/// <param name="part">test, validation or train.</param>
/// <param name="names">The names of classes, labels or of several numbers; may be empty.</param>
/// <param name="inputs">The raw inputs by name, [rows, ...] each.</param>
internal sealed class AnswerReader(string part, IReadOnlyList<string> names, IReadOnlyDictionary<string, Tensor> inputs)
{
    private const int MostMistakes = 24;
    private const int MostCurves = 20;
    private const int MostPoints = 200;
    private const int MostScattered = 2000;
    private const int FieldsShown = 6;

    /// <summary>Reads the answers.</summary>
    /// <param name="answers">The answers with the truth.</param>
    public AnswerReport Read(Answers answers) => answers.Task == ModelTask.Regression ? Numbers(answers) : Decisions(answers);

    private AnswerReport Decisions(Answers answers)
    {
        bool isExclusive = answers.Task != ModelTask.Multilabel;
        int[] curves = answers.Task == ModelTask.Binary ? [1] : [.. Enumerable.Range(0, Math.Min(answers.Classes, MostCurves))];
        return new AnswerReport(part, answers.Rows)
        {
            Classes = names,
            Confusion = isExclusive ? [.. Enumerable.Range(0, answers.Classes).Select(t => Enumerable.Range(0, answers.Classes).Select(d => answers.Confusion[t, d]).ToArray())] : null,
            Roc = [.. curves.Select(c => CurveOf(NameOf(c), answers.RocOf(c)))],
            Calibration = [.. answers.Calibration.Where(b => b.Count > 0)],
            Mistakes = [.. isExclusive ? WorstOf(answers) : []],
        };
    }

    private IEnumerable<AnswerReport.Mistake> WorstOf(Answers answers)
    {
        long[] truth = answers.Truth.Span<long>().ToArray();
        long[] decided = answers.Decided.ToArray();
        float[] scores = answers.Scores.Span<float>().ToArray();
        double Probability(int row, long of) => answers.Columns > 1 ? scores[(row * answers.Columns) + of] : of == 1 ? scores[row] : 1 - scores[row];
        return Enumerable.Range(0, truth.Length).Where(i => decided[i] != truth[i]).OrderBy(i => Probability(i, truth[i])).ThenBy(i => i).Take(MostMistakes)
            .Select(i => MistakeOf(i, NameOf((int)truth[i]), string.Create(CultureInfo.InvariantCulture, $"{NameOf((int)decided[i])} ({Probability(i, decided[i]):0.000})")));
    }

    // Of several numbers the first.
    private AnswerReport Numbers(Answers answers)
    {
        float[] given = [.. Enumerable.Range(0, answers.Rows).Select(i => answers.Scores.Span<float>()[i * answers.Columns])];
        float[] right = [.. Enumerable.Range(0, answers.Rows).Select(i => answers.Truth.Span<float>()[i * answers.Columns])];
        int step = Math.Max(1, right.Length / MostScattered);
        IEnumerable<int> worst = Enumerable.Range(0, right.Length).OrderByDescending(i => Math.Abs(given[i] - right[i])).ThenBy(i => i).Take(MostMistakes);
        return new AnswerReport(part, right.Length)
        {
            Scatter = [.. Enumerable.Range(0, right.Length).Where(i => i % step == 0).Select(i => (double[])[right[i], given[i]])],
            Mistakes = [.. worst.Select(i => MistakeOf(i, right[i].ToString("G6", CultureInfo.InvariantCulture), given[i].ToString("G6", CultureInfo.InvariantCulture)))],
        };
    }

    private string NameOf(int index) => index < names.Count ? names[index] : index.ToString(CultureInfo.InvariantCulture);

    private static AnswerReport.Curve CurveOf(string name, Roc roc)
    {
        var points = roc.Points;
        int step = Math.Max(1, points.Count / MostPoints);
        return new AnswerReport.Curve(
            name, roc.Auc, [.. points.Where((_, i) => i % step == 0 || i == points.Count - 1).Select(p => (double[])[p.FalsePositiveRate, p.TruePositiveRate])]);
    }

    private AnswerReport.Mistake MistakeOf(int row, string right, string given)
    {
        Picture? image = inputs.Count == 1 ? RowPictures.Of(inputs.Values.Single(), row) : null;
        string fields = image is null
            ? string.Join(", ", inputs.Where(i => i.Value.Length == i.Value.Shape[0]).Take(FieldsShown).Select(i => $"{i.Key} {Field(i.Value, row)}"))
            : "";
        return new AnswerReport.Mistake(row, right, given, fields, image?.ToDataUri());
    }

    private static string Field(Tensor values, int row) => values.Type switch
    {
        DType.String => values.Strings[row],
        DType.Float => values.Span<float>()[row].ToString("G6", CultureInfo.InvariantCulture),
        DType.Int64 => values.Span<long>()[row].ToString(CultureInfo.InvariantCulture),
        _ => "",
    };
}
