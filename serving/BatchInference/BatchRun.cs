using System.Buffers;
using System.Runtime.ExceptionServices;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Runs the rows of a source through a model on several lanes: each reads a batch, runs it and puts the answers down, and writes them when it is its turn.</summary>
/// <remarks>No more batches are alive than there are lanes, whatever the length of the input, and their memory is used again.</remarks>
/// <param name="model">The model.</param>
/// <param name="source">The rows.</param>
/// <param name="writer">Receives the answers.</param>
/// <param name="written">Called in turn after each batch that is written, with the rows it had in the input, those it has in the output, and those rejected.</param>
internal sealed class BatchRun(OrtModel model, IRowSource source, IPredictionWriter writer, Action<int, int, List<RejectedRow>> written)
{
    private readonly Lock _reading = new();
    private readonly Lock _device = new();
    private readonly object _turns = new();
    private long _taken;
    private long _turn;
    private bool _isStopped;
    private ExceptionDispatchInfo? _error;

    /// <summary>Rows per run.</summary>
    public required int Batch { get; init; }

    /// <summary>The number of lanes.</summary>
    public required int Lanes { get; init; }

    /// <summary>Whether a row that cannot be read is left out.</summary>
    public bool SkipBad { get; init; }

    /// <summary>The texts that the codes of each output stand for, null for an output that gives what it says; null for none.</summary>
    public IReadOnlyList<CodedTexts?>? Texts { get; init; }

    /// <summary>Runs until the source ends.</summary>
    /// <param name="cancellation">Stops once the batches that were begun are written.</param>
    /// <returns>Whether it came to the source's end.</returns>
    /// <exception cref="AnnealException">A row cannot be read, or the model refuses a batch: of several such batches, the first in order.</exception>
    public bool Run(CancellationToken cancellation)
    {
        Task[] lanes = [.. Enumerable.Range(0, Lanes).Select(_ =>
            Task.Factory.StartNew(() => Work(cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task.WaitAll(lanes, CancellationToken.None);
        _error?.Throw();
        return !cancellation.IsCancellationRequested;
    }

    private void Work(CancellationToken cancellation)
    {
        long turn = -1;
        try
        {
            using IRowLane rows = source.OpenLane();
            using OrtBinding binding = model.Bind();
            var answers = new Tensor?[model.Outputs.Count];
            var text = new ArrayBufferWriter<byte>(1 << 12);
            List<RejectedRow> rejects = [];
            while (Take(rows, cancellation, out turn) is > 0 and int taken)
            {
                rejects.Clear();
                Tensor[] feeds = rows.Parse(SkipBad ? rejects : null);
                int count = taken - rejects.Count;
                Tensor[] outputs = count > 0 ? [.. rows.Keys is { } keys ? [keys] : Array.Empty<Tensor>(), .. Answer(binding, feeds, answers, count)] : [];
                text.ResetWrittenCount();
                if (count > 0)
                {
                    writer.Encode(outputs, count, text);
                }

                if (!AwaitTurn(turn))
                {
                    return;
                }

                if (count > 0)
                {
                    writer.Append(text.WrittenSpan, outputs, count);
                }

                written(taken, count, rejects);
                PassTurn();
            }
        }
        catch (Exception failure)
        {
            Fail(turn, failure);
        }
    }

    private int Take(IRowLane rows, CancellationToken cancellation, out long turn)
    {
        lock (_reading)
        {
            turn = _taken++;
            int taken = cancellation.IsCancellationRequested || Volatile.Read(ref _isStopped) ? 0 : rows.Take(Batch);
            _taken -= taken == 0 ? 1 : 0;
            return taken;
        }
    }

    private IEnumerable<Tensor> Answer(OrtBinding binding, Tensor[] feeds, Tensor?[] answers, int rows)
    {
        if (model.RunsOnDevice)
        {
            lock (_device)
            {
                binding.Run(feeds, answers);
            }
        }
        else
        {
            binding.Run(feeds, answers);
        }

        for (int i = 0; i < answers.Length; i++)
        {
            RowAnswers.Check(answers[i]!, rows, $"output '{model.Outputs[i].Name}'");
        }

        return answers.Select((a, i) => Texts?[i]?.Of(a!) ?? a!);
    }

    private bool AwaitTurn(long turn)
    {
        lock (_turns)
        {
            while (_turn != turn && !_isStopped)
            {
                Monitor.Wait(_turns);
            }

            return !_isStopped;
        }
    }

    private void PassTurn()
    {
        lock (_turns)
        {
            _turn++;
            Monitor.PulseAll(_turns);
        }
    }

    // A failure waits for its turn like an answer, so that the error of the first bad batch is the one told, whatever thread is fast.
    private void Fail(long turn, Exception failure)
    {
        if (turn >= 0 && !AwaitTurn(turn))
        {
            return;
        }

        lock (_turns)
        {
            _error ??= ExceptionDispatchInfo.Capture(failure);
            _isStopped = true;
            Monitor.PulseAll(_turns);
        }
    }
}
