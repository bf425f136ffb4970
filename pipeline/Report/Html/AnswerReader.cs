using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Pipeline.Report.Html;

/// <summary>Reads a model's answers: what is confused, how sure the model is, where it is furthest off.</summary>
/// <param name="part">test or validation.</param>
/// <param name="truth">int64 [rows] classes, or float [rows] numbers.</param>
/// <param name="classes">The classes' names; null for numbers.</param>
/// <param name="inputs">The raw inputs by name, [rows, ...] each.</param>
internal sealed class AnswerReader(string part, Tensor truth, IReadOnlyList<string>? classes, IReadOnlyDictionary<string, Tensor> inputs)
{
    private const int MostMistakes = 24;
    private const int MostCurves = 20;
    private const int MostPoints = 200;
    private const int MostScattered = 2000;
    private const int CalibrationBins = 15;
    private const int FieldsShown = 6;

    /// <summary>Reads the answers.</summary>
    /// <param name="outputs">The deployable's outputs by name.</param>
    public AnswerReport Read(IReadOnlyDictionary<string, Tensor> outputs) => classes is null
        ? Numbers(outputs[ModelSignature.PredictionOutput])
        : Classes(outputs[ModelSignature.ClassOutput], outputs[ModelSignature.ProbabilitiesOutput], classes);

    private AnswerReport Classes(Tensor answers, Tensor probabilities, IReadOnlyList<string> names)
    {
        int count = names.Count;
        long[] given = answers.Span<long>().ToArray();
        long[] right = truth.Span<long>().ToArray();
        float[] p = probabilities.Span<float>().ToArray();
        int[][] confusion = [.. Enumerable.Range(0, count).Select(_ => new int[count])];
        for (int i = 0; i < right.Length; i++)
        {
            confusion[right[i]][given[i]]++;
        }

        IEnumerable<int> worst = Enumerable.Range(0, right.Length).Where(i => given[i] != right[i]).OrderBy(i => p[(i * count) + right[i]]).ThenBy(i => i).Take(MostMistakes);
        return new AnswerReport(part, right.Length)
        {
            Classes = names,
            Confusion = confusion,
            Roc = [.. (count == 2 ? [1] : Enumerable.Range(0, Math.Min(count, MostCurves))).Select(c => CurveOf(names[c], [.. right.Select(r => r == c)], [.. Enumerable.Range(0, right.Length).Select(i => p[(i * count) + c])]))],
            Calibration = CalibrationOf(given, right, p, count),
            Mistakes = [.. worst.Select(i => MistakeOf(i, names[(int)right[i]], string.Create(CultureInfo.InvariantCulture, $"{names[(int)given[i]]} ({p[(i * count) + given[i]]:0.000})")))],
        };
    }

    private AnswerReport Numbers(Tensor answers)
    {
        float[] given = answers.Span<float>().ToArray();
        float[] right = truth.Span<float>().ToArray();
        int step = Math.Max(1, right.Length / MostScattered);
        IEnumerable<int> worst = Enumerable.Range(0, right.Length).OrderByDescending(i => Math.Abs(given[i] - right[i])).ThenBy(i => i).Take(MostMistakes);
        return new AnswerReport(part, right.Length)
        {
            Scatter = [.. Enumerable.Range(0, right.Length).Where(i => i % step == 0).Select(i => (double[])[right[i], given[i]])],
            Mistakes = [.. worst.Select(i => MistakeOf(i, right[i].ToString("G6", CultureInfo.InvariantCulture), given[i].ToString("G6", CultureInfo.InvariantCulture)))],
        };
    }

    // Rows of one score move the curve together.
    internal static AnswerReport.Curve CurveOf(string name, bool[] positive, float[] scores)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];
        double positives = Math.Max(1, positive.Count(b => b));
        double negatives = Math.Max(1, positive.Length - positive.Count(b => b));
        var points = new List<double[]> { new double[] { 0, 0 } };
        (double hits, double alarms, double area) = (0, 0, 0);
        for (int i = 0; i < order.Length;)
        {
            float score = scores[order[i]];
            (double hitsBefore, double alarmsBefore) = (hits, alarms);
            for (; i < order.Length && scores[order[i]] == score; i++)
            {
                hits += positive[order[i]] ? 1 : 0;
                alarms += positive[order[i]] ? 0 : 1;
            }

            area += (alarms - alarmsBefore) * (hits + hitsBefore) / 2;
            points.Add([alarms / negatives, hits / positives]);
        }

        int step = Math.Max(1, points.Count / MostPoints);
        return new AnswerReport.Curve(name, area / (positives * negatives), [.. points.Where((_, i) => i % step == 0 || i == points.Count - 1)]);
    }

    private static AnswerReport.Bin[] CalibrationOf(long[] given, long[] right, float[] p, int count) =>
    [
        .. Enumerable.Range(0, right.Length)
            .GroupBy(i => Math.Min(CalibrationBins - 1, (int)(p[(i * count) + given[i]] * CalibrationBins)))
            .OrderBy(g => g.Key)
            .Select(g => new AnswerReport.Bin(g.Average(i => p[(i * count) + given[i]]), g.Average(i => given[i] == right[i] ? 1.0 : 0.0), g.Count())),
    ];

    private AnswerReport.Mistake MistakeOf(int row, string right, string given)
    {
        Picture? image = inputs.Count == 1 ? RowPictures.Of(inputs.Values.Single(), row) : null;
        string fields = image is null
            ? string.Join(", ", inputs.Where(i => i.Value.Rank <= 2 && i.Value.Length == truth.Length).Take(FieldsShown).Select(i => $"{i.Key} {Field(i.Value, row)}"))
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
