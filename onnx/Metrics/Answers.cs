using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Metrics;

/// <summary>A model's answers for a set of rows, with the truth: what metrics, confusion and curves are made of. Each part is made when it is first asked for.</summary>
public sealed class Answers
{
    private readonly Lazy<long[]> _decisions;
    private readonly Lazy<ConfusionMatrix> _confusion;
    private readonly Lazy<IReadOnlyList<ClassFigures>> _figures;
    private readonly Lazy<IReadOnlyList<CalibrationBin>> _calibration;

    /// <summary>Takes the answers out of a model's outputs.</summary>
    /// <param name="task">What the model answers.</param>
    /// <param name="outputs">Its outputs by name, rows first; a model without decisions decides for the most probable class.</param>
    /// <param name="truth">int64 [N] class indices; float [N, L] of 0 and 1 for labels; float [N] or [N, K] numbers.</param>
    /// <param name="options">The settings of the metrics.</param>
    /// <exception cref="AnnealException">An output is missing, or does not fit the truth.</exception>
    public Answers(ModelTask task, IReadOnlyDictionary<string, Tensor> outputs, Tensor truth, MetricOptions options)
    {
        Task = task;
        Options = options;
        Truth = truth;
        Scores = Decisions.Scores(task, outputs);
        Rows = truth.Shape[0];
        Columns = Scores.Length / Math.Max(1, Scores.Shape[0]);
        bool isOfClasses = task is ModelTask.Classification or ModelTask.Binary;
        if (Scores.Shape[0] != Rows || truth.Length != (isOfClasses ? Rows : Rows * Columns) || truth.Type != (isOfClasses ? DType.Int64 : DType.Float))
        {
            throw AnnealException.BadData($"the truth is {truth}, and the answers are {Scores}");
        }

        if (isOfClasses && truth.Span<long>().IndexOfAnyExceptInRange(0L, Classes - 1) is >= 0 and int bad)
        {
            throw AnnealException.BadData($"class {truth.Span<long>()[bad]} of row {bad} is out of range: the model knows {Classes} classes");
        }

        _decisions = new Lazy<long[]>(() => Decisions.Of(task, outputs));
        _confusion = new Lazy<ConfusionMatrix>(() => ConfusionMatrix.Of(truth.Span<long>(), _decisions.Value, Classes));
        _figures = new Lazy<IReadOnlyList<ClassFigures>>(() => task == ModelTask.Multilabel ? ClassFigures.OfLabels(this) : _confusion.Value.Figures);
        _calibration = new Lazy<IReadOnlyList<CalibrationBin>>(() => CalibrationBin.Of(this));
    }

    /// <summary>What the model answers.</summary>
    public ModelTask Task { get; }

    /// <summary>The settings of the metrics.</summary>
    public MetricOptions Options { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The width of the scores.</summary>
    public int Columns { get; }

    /// <summary>The number of classes or labels; 0 in a regression.</summary>
    public int Classes => Task switch
    {
        ModelTask.Regression => 0,
        ModelTask.Multilabel => Columns,
        _ => Math.Max(2, Columns),
    };

    /// <summary>What is true, as it was given.</summary>
    public Tensor Truth { get; }

    /// <summary>Probabilities [N, C]; that of class 1 [N, 1]; those of labels [N, L]; predictions [N, K].</summary>
    public Tensor Scores { get; }

    /// <summary>The class of each row; 0 or 1 for each label of each row; empty in a regression.</summary>
    public ReadOnlySpan<long> Decided => _decisions.Value;

    /// <summary>How often each class was taken for which.</summary>
    /// <exception cref="InvalidOperationException">The task has no classes that exclude each other.</exception>
    public ConfusionMatrix Confusion => Task is ModelTask.Classification or ModelTask.Binary
        ? _confusion.Value
        : throw new InvalidOperationException($"a {Task} has no confusion matrix");

    /// <summary>Right and wrong decisions for each class or label; empty in a regression.</summary>
    public IReadOnlyList<ClassFigures> Figures => Task == ModelTask.Regression ? [] : _figures.Value;

    /// <summary>How often the answers hold, by how sure they are; empty in a regression.</summary>
    public IReadOnlyList<CalibrationBin> Calibration => Task == ModelTask.Regression ? [] : _calibration.Value;

    /// <summary>How a class's probability tells its rows from the others, at every threshold. Made anew on every call.</summary>
    /// <param name="index">The class or label; 1 for the positive class of two.</param>
    /// <returns>The curve.</returns>
    public Roc RocOf(int index)
    {
        int column = Columns == 1 ? 0 : index;
        return new Roc(Rows, row => Scores.Span<float>()[(row * Columns) + column], row => IsTrue(row, index));
    }

    /// <summary>Whether a row is of a class or has a label.</summary>
    /// <param name="row">The row.</param>
    /// <param name="index">The class or label.</param>
    /// <returns>The truth.</returns>
    public bool IsTrue(int row, int index) =>
        Task == ModelTask.Multilabel ? Truth.Span<float>()[(row * Columns) + index] >= 0.5f : Truth.Span<long>()[row] == index;
}
