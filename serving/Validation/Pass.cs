using System.Diagnostics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>All rows of a set, or some of them, through a model at one batch size.</summary>
internal sealed class Pass
{
    private readonly Dictionary<string, Tensor> _outputs = new(StringComparer.Ordinal);
    private readonly double[] _milliseconds;
    private readonly int _rows;
    private readonly int[]? _numbers;

    private Pass(int batch, int rows, int runs, int[]? numbers)
    {
        Batch = batch;
        _rows = rows;
        _numbers = numbers;
        _milliseconds = new double[runs];
    }

    /// <summary>Rows per run.</summary>
    public int Batch { get; }

    /// <summary>The answers for all rows that it ran, by output name.</summary>
    public IReadOnlyDictionary<string, Tensor> Outputs => _outputs;

    /// <summary>The number in the set of a row that it ran.</summary>
    public int NumberOf(int row) => _numbers is null ? row : _numbers[row];

    /// <summary>The rows that it ran, of a tensor with those of the whole set or with those alone.</summary>
    public Tensor Of(Tensor all) => _numbers is null || all.Shape[0] == _rows ? all : all.Take(_numbers);

    /// <summary>Runs rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="feeds">By input name.</param>
    /// <param name="rows">How many rows they have.</param>
    /// <param name="batch">Rows per run; 0 for all in one.</param>
    /// <param name="numbers">Their numbers in the set; null where they are all of it.</param>
    public static Pass Run(OrtModel model, IReadOnlyDictionary<string, Tensor> feeds, int rows, int batch, int[]? numbers = null)
    {
        int size = batch <= 0 ? rows : Math.Min(batch, rows);
        var pass = new Pass(size, rows, (rows + size - 1) / size, numbers);
        Tensor[] all = [.. model.Inputs.Select(i => feeds.GetValueOrDefault(i.Name)
            ?? throw AnnealException.BadData($"the model's input '{i.Name}' has no data", $"there is data for: {string.Join(", ", feeds.Keys)}").In(model.Path))];
        if (all.FirstOrDefault(f => f.Rank == 0 || f.Shape[0] != rows) is { } ragged)
        {
            throw AnnealException.BadData($"feeds differ in rows: {ragged}, expected {rows} rows");
        }

        Tensor[] feed = size == rows ? [.. all] : [.. all.Select(a => a.Rows(0, size).Clone())];
        var fetch = new Tensor?[model.Outputs.Count];
        for (int run = 0, start = 0; start < rows; run++, start += size)
        {
            int count = Math.Min(size, rows - start);
            pass.Fill(feed, all, start, count);
            long begin = Stopwatch.GetTimestamp();
            model.Run(feed, fetch);
            pass._milliseconds[run] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            pass.Keep(model.Outputs, fetch, start, count);
        }

        return pass;
    }

    /// <summary>The times of the runs, without the first tenth (at least one run, unless it is the only one).</summary>
    public LatencySummary Latency()
    {
        int full = _rows / Batch;
        double[] warm = _milliseconds[Math.Min(Math.Max(1, full / 10), full - 1)..full];
        double rows = (double)warm.Length * Batch;
        double seconds = warm.Sum() / 1000;
        Array.Sort(warm);
        return new LatencySummary(Batch, Percentile(warm, 50), Percentile(warm, 99), rows / seconds);
    }

    // Numbers are copied into the tensors of the run before, which stay bound.
    private void Fill(Tensor[] feed, Tensor[] all, int start, int count)
    {
        for (int i = 0; i < feed.Length; i++)
        {
            Tensor rows = all[i].Rows(start, count);
            if (rows.Type == DType.String || count != feed[i].Shape[0])
            {
                feed[i] = rows;
            }
            else if (count != _rows || start != 0)
            {
                rows.CopyTo(feed[i]);
            }
        }
    }

    private void Keep(IReadOnlyList<ValueInfo> outputs, Tensor?[] fetch, int start, int count)
    {
        for (int i = 0; i < fetch.Length; i++)
        {
            Tensor part = fetch[i]!;
            RowAnswers.Check(part, count, $"output '{outputs[i].Name}'");
            if (!_outputs.TryGetValue(outputs[i].Name, out Tensor? whole))
            {
                whole = Tensor.Zeros(part.Type, [_rows, .. part.Shape[1..]]);
                _outputs.Add(outputs[i].Name, whole);
            }

            whole.PutRows(start, part);
        }
    }

    private static double Percentile(double[] sorted, int percent) =>
        sorted[Math.Clamp((int)Math.Ceiling(sorted.Length * percent / 100.0) - 1, 0, sorted.Length - 1)];
}
