using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>What gates look at: a model's answers for a set of rows, computed once, when first asked for.</summary>
/// <remarks>All rows run at the largest of the set's batch sizes; at the others up to 1,000 rows in a run, 1,000 rows spread evenly over the set do, or all where there are no more.</remarks>
public sealed class ValidationContext
{
    private const int MostSampled = 1000;
    private readonly Dictionary<int, Pass> _passes = [];
    private readonly Dictionary<int, Pass> _sampled = [];
    private SampleRows? _sample;
    private Answers? _judged;
    private Difference? _difference;
    private IReadOnlyList<FlipRow>? _flips;
    private IReadOnlyDictionary<string, double>? _metrics;

    internal ValidationContext(OrtModel model, ValidationSet set)
    {
        if (set.Rows == 0)
        {
            throw AnnealException.BadData("there are no rows to validate on");
        }

        Model = model;
        Set = set;
    }

    /// <summary>The rows.</summary>
    public ValidationSet Set { get; }

    /// <summary>ONNX Runtime's answers for all rows at the largest of the set's batch sizes, by output name.</summary>
    public IReadOnlyDictionary<string, Tensor> Answers => Whole.Outputs;

    /// <summary>The model.</summary>
    internal OrtModel Model { get; }

    /// <summary>The rows that stand for all.</summary>
    internal SampleRows Sample => _sample ??= SampleRows.Of(Set, MostSampled);

    /// <summary>The answers with the truth; null when that is not known.</summary>
    internal Answers? Judged => _judged ??= AnswerMetrics.Judge(Set, Answers);

    /// <summary>The pass over all rows, at the largest of the set's batch sizes.</summary>
    internal Pass Whole => PassAt(Set.Batches.Select(SizeOf).DefaultIfEmpty(Set.Rows).Max());

    /// <summary>The passes at the set's batch sizes.</summary>
    internal IReadOnlyList<Pass> Passes => [.. Set.Batches.Select(b => SizeOf(b) == Whole.Batch ? Whole : SampledAt(b)).Distinct()];

    /// <summary>The largest difference to the trainer's answers at any batch size.</summary>
    internal Difference Difference => _difference ??= Set.Reference.Values.Any(t => t.Type.IsFloating())
        ? Passes.Select(p => Difference.Between(Set.Reference, p)).MaxBy(d => d.Value)!
        : throw AnnealException.BadUsage("there are no answers of the trainer to compare with");

    /// <summary>The decisions that differ at some batch size, in row order.</summary>
    internal IReadOnlyList<FlipRow> Flips => _flips ??= FindFlips();

    /// <summary>Every metric of the task, from ONNX Runtime's answers and the truth; empty when the truth is not known.</summary>
    internal IReadOnlyDictionary<string, double> Metrics => _metrics ??= AnswerMetrics.Compute(Set, Judged);

    /// <summary>The pass over all rows at a batch size; 0 for all rows in one.</summary>
    internal Pass PassAt(int batch)
    {
        int size = SizeOf(batch);
        if (!_passes.TryGetValue(size, out Pass? pass))
        {
            pass = Pass.Run(Model, Set.Feeds, Set.Rows, size);
            _passes.Add(size, pass);
        }

        return pass;
    }

    /// <summary>A pass at a batch size over the rows that stand for all.</summary>
    internal Pass SampledAt(int batch)
    {
        if (Set.Rows <= MostSampled || SizeOf(batch) > MostSampled)
        {
            return PassAt(batch);
        }

        if (!_sampled.TryGetValue(batch, out Pass? pass))
        {
            pass = Sample.Run(Model, batch);
            _sampled.Add(batch, pass);
        }

        return pass;
    }

    private int SizeOf(int batch) => batch <= 0 ? Set.Rows : Math.Min(batch, Set.Rows);

    private IReadOnlyList<FlipRow> FindFlips()
    {
        if (Set.Task == ModelTask.Regression || Set.Reference.Count == 0)
        {
            return [];
        }

        long[] expected = Decisions.Of(Set.Task, Set.Reference);
        Tensor scores = Decisions.Scores(Set.Task, Set.Reference);
        int labels = expected.Length / Set.Rows;
        var flips = new SortedDictionary<int, FlipRow>();
        foreach (Pass pass in Passes)
        {
            long[] actual = Decisions.Of(Set.Task, pass.Outputs);
            for (int at = 0; at < actual.Length; at++)
            {
                int i = (pass.NumberOf(at / labels) * labels) + (at % labels);
                if (actual[at] != expected[i] && !flips.ContainsKey(i))
                {
                    double margin = Decisions.Margin(Set.Task, scores, i, expected[i], actual[at], Set.Threshold);
                    flips.Add(i, new FlipRow(i / labels, pass.Batch, expected[i], actual[at], margin)
                    {
                        Label = Set.Task == ModelTask.Multilabel ? i % labels : null,
                    });
                }
            }
        }

        return [.. flips.Values];
    }
}
