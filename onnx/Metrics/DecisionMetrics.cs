using Anneal.Onnx.Formats;

namespace Anneal.Onnx.Metrics;

/// <summary>Metrics of what was decided.</summary>
internal static class DecisionMetrics
{
    /// <summary>The share of rows whose class is right; of rows whose every label is right.</summary>
    public static double Accuracy(Answers answers)
    {
        int labels = answers.Task == ModelTask.Multilabel ? answers.Columns : 1;
        int right = 0;
        for (int row = 0; row < answers.Rows; row++)
        {
            right += WrongIn(answers, row, labels) == 0 ? 1 : 0;
        }

        return (double)right / answers.Rows;
    }

    /// <summary>The share of single labels that are wrong.</summary>
    public static double HammingLoss(Answers answers)
    {
        long wrong = 0;
        for (int row = 0; row < answers.Rows; row++)
        {
            wrong += WrongIn(answers, row, answers.Columns);
        }

        return (double)wrong / ((long)answers.Rows * answers.Columns);
    }

    /// <summary>The mean of a figure over the classes or labels that are true or decided of some row; the positive class's own of two.</summary>
    public static double Macro(Answers answers, Func<ClassFigures, double> figure)
    {
        if (answers.Task == ModelTask.Binary)
        {
            return figure(answers.Figures[1]);
        }

        double[] values = [.. answers.Figures.Where(f => f.IsSeen || answers.Task == ModelTask.Multilabel).Select(figure)];
        return values.Sum() / values.Length;
    }

    private static int WrongIn(Answers answers, int row, int labels)
    {
        ReadOnlySpan<long> decided = answers.Decided;
        if (answers.Task != ModelTask.Multilabel)
        {
            return decided[row] == answers.Truth.Span<long>()[row] ? 0 : 1;
        }

        int wrong = 0;
        for (int label = 0; label < labels; label++)
        {
            wrong += decided[(row * labels) + label] != 0 == answers.IsTrue(row, label) ? 0 : 1;
        }

        return wrong;
    }
}
