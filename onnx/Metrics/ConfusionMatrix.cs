namespace Anneal.Onnx.Metrics;

/// <summary>How often each class was taken for which.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[] _counts;

    private ConfusionMatrix(int classes)
    {
        Classes = classes;
        _counts = new long[checked(classes * classes)];
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The rows of one class that were taken for another, or for itself.</summary>
    /// <param name="truth">The class that is true.</param>
    /// <param name="decided">The class that was decided.</param>
    public long this[int truth, int decided] => _counts[(truth * Classes) + decided];

    /// <summary>Right and wrong decisions for each class.</summary>
    public IReadOnlyList<ClassFigures> Figures
    {
        get
        {
            var figures = new ClassFigures[Classes];
            for (int c = 0; c < Classes; c++)
            {
                long hits = this[c, c];
                long truth = 0;
                long decided = 0;
                for (int other = 0; other < Classes; other++)
                {
                    truth += this[c, other];
                    decided += this[other, c];
                }

                figures[c] = new ClassFigures(hits, decided - hits, truth - hits);
            }

            return figures;
        }
    }

    /// <summary>Counts.</summary>
    /// <param name="truth">The true class of each row.</param>
    /// <param name="decided">The decided class of each row.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>The counts.</returns>
    public static ConfusionMatrix Of(ReadOnlySpan<long> truth, ReadOnlySpan<long> decided, int classes)
    {
        var matrix = new ConfusionMatrix(classes);
        for (int row = 0; row < truth.Length; row++)
        {
            matrix._counts[(truth[row] * classes) + decided[row]]++;
        }

        return matrix;
    }
}
