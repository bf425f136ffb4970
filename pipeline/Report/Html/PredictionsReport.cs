using System.Globalization;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Report.Html;

/// <summary>What a model answered to the same rows from epoch to epoch.</summary>
/// <param name="What">What the values are.</param>
/// <param name="Names">Each row, with what is true of it.</param>
/// <param name="Epochs">The epochs; 0 is before training.</param>
/// <param name="Values">By row, then by epoch: the probability of what is true, of labels their mean; of numbers the first that is predicted.</param>
internal sealed record PredictionsReport(string What, IReadOnlyList<string> Names, IReadOnlyList<int> Epochs, IReadOnlyList<double[]> Values)
{
    /// <summary>Reads what was recorded.</summary>
    /// <param name="looks">The looks into the model.</param>
    /// <param name="task">What is learnt.</param>
    /// <param name="truth">What is true of all rows of the table.</param>
    /// <param name="names">The names of classes or labels; may be empty.</param>
    /// <returns>The answers; null where none were recorded.</returns>
    public static PredictionsReport? Of(IReadOnlyList<MonitorRecord> looks, LearningTask task, Tensor truth, IReadOnlyList<string> names)
    {
        MonitorRecord[] answered = [.. looks.Where(l => l.Answers.Count > 0)];
        return answered.Length == 0
            ? null
            : new PredictionsReport(
                task == LearningTask.Regression ? "what is predicted" : "probability of what is true",
                [.. answered[0].Answers.Select(a => $"row {a.Row}: {NameOf(a.Row, task, truth, names)}")],
                [.. answered.Select(l => l.Epoch)],
                [.. answered[0].Answers.Select((_, i) => answered.Select(l => ValueOf(l.Answers[i], task, truth)).ToArray())]);
    }

    private static double ValueOf(RowAnswer answer, LearningTask task, Tensor truth) => task switch
    {
        LearningTask.Classification => answer.Scores[(int)truth.Span<long>()[answer.Row]],
        LearningTask.Binary => truth.Span<long>()[answer.Row] == 1 ? answer.Scores[0] : 1.0 - answer.Scores[0],
        LearningTask.Multilabel => answer.Scores.Zip(Row(truth, answer.Row), (score, label) => label > 0 ? score : 1.0 - score).Average(),
        _ => answer.Scores[0],
    };

    private static string NameOf(int row, LearningTask task, Tensor truth, IReadOnlyList<string> names) => task switch
    {
        LearningTask.Regression => Row(truth, row)[0].ToString("G6", CultureInfo.InvariantCulture),
        LearningTask.Multilabel => string.Join(" and ", Row(truth, row).Select((label, i) => label > 0 ? Name(i, names) : null).OfType<string>().DefaultIfEmpty("no label")),
        _ => Name((int)truth.Span<long>()[row], names),
    };

    private static string Name(int index, IReadOnlyList<string> names) => index < names.Count ? names[index] : index.ToString(CultureInfo.InvariantCulture);

    private static float[] Row(Tensor truth, int row) => truth.Rows(row, 1).Span<float>().ToArray();
}
