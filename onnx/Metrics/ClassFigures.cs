namespace Anneal.Onnx.Metrics;

/// <summary>Right and wrong decisions for a class or a label.</summary>
/// <param name="TruePositives">Rows of the class that were taken for it.</param>
/// <param name="FalsePositives">Other rows that were taken for it.</param>
/// <param name="FalseNegatives">Rows of the class that were taken for another.</param>
public readonly record struct ClassFigures(long TruePositives, long FalsePositives, long FalseNegatives)
{
    /// <summary>Rows of the class.</summary>
    public long Support => TruePositives + FalseNegatives;

    /// <summary>Whether the class is true of some row, or some row was taken for it.</summary>
    public bool IsSeen => TruePositives + FalsePositives + FalseNegatives > 0;

    /// <summary>TP / (TP + FP); 0 where no row was taken for the class.</summary>
    public double Precision => Share(TruePositives, TruePositives + FalsePositives);

    /// <summary>TP / (TP + FN); 0 where no row is of the class.</summary>
    public double Recall => Share(TruePositives, Support);

    /// <summary>2·TP / (2·TP + FP + FN), the harmonic mean of precision and recall; 0 where all are 0.</summary>
    public double F1 => Share(2 * TruePositives, (2 * TruePositives) + FalsePositives + FalseNegatives);

    internal static IReadOnlyList<ClassFigures> OfLabels(Answers answers)
    {
        var figures = new ClassFigures[answers.Columns];
        ReadOnlySpan<long> decided = answers.Decided;
        for (int row = 0; row < answers.Rows; row++)
        {
            for (int label = 0; label < figures.Length; label++)
            {
                ClassFigures old = figures[label];
                figures[label] = (answers.IsTrue(row, label), decided[(row * figures.Length) + label] != 0) switch
                {
                    (true, true) => old with { TruePositives = old.TruePositives + 1 },
                    (true, false) => old with { FalseNegatives = old.FalseNegatives + 1 },
                    (false, true) => old with { FalsePositives = old.FalsePositives + 1 },
                    _ => old,
                };
            }
        }

        return figures;
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
