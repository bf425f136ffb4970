namespace Anneal.Onnx.Metrics;

/// <summary>Metrics of predicted numbers; of several numbers the mean over them.</summary>
internal static class ErrorMetrics
{
    /// <summary>√(Σ (ŷ - y)² / n).</summary>
    public static double Rmse(Answers answers) => Mean(answers, c => Math.Sqrt(Sum(answers, c, e => e * e) / answers.Rows));

    /// <summary>Σ |ŷ - y| / n.</summary>
    public static double Mae(Answers answers) => Mean(answers, c => Sum(answers, c, Math.Abs) / answers.Rows);

    /// <summary>1 - Σ (ŷ - y)² / Σ (y - ȳ)²; of a constant truth 1 where it is met, else 0.</summary>
    public static double R2(Answers answers) => Mean(answers, column =>
    {
        double mean = 0;
        for (int row = 0; row < answers.Rows; row++)
        {
            mean += Truth(answers, row, column);
        }

        mean /= answers.Rows;
        double spread = 0;
        for (int row = 0; row < answers.Rows; row++)
        {
            double distance = Truth(answers, row, column) - mean;
            spread += distance * distance;
        }

        double squares = Sum(answers, column, e => e * e);
        return spread > 0 ? 1 - (squares / spread) : squares > 0 ? 0 : 1;
    });

    private static double Mean(Answers answers, Func<int, double> ofColumn)
    {
        double sum = 0;
        for (int column = 0; column < answers.Columns; column++)
        {
            sum += ofColumn(column);
        }

        return sum / answers.Columns;
    }

    private static double Sum(Answers answers, int column, Func<double, double> of)
    {
        ReadOnlySpan<float> predicted = answers.Scores.Span<float>();
        double sum = 0;
        for (int row = 0; row < answers.Rows; row++)
        {
            sum += of((double)predicted[(row * answers.Columns) + column] - Truth(answers, row, column));
        }

        return sum;
    }

    private static double Truth(Answers answers, int row, int column) => answers.Truth.Span<float>()[(row * answers.Columns) + column];
}
