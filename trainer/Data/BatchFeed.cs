using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Data;

/// <summary>Hands out batches epoch after epoch, gathered ahead by a background thread.</summary>
/// <remarks>The order is a function of seed and epoch, so a feed that starts in the middle gives what an undisturbed one gives there. The last
/// batch of an epoch may be shorter. Nothing is allocated per batch. For one consumer thread.</remarks>
public sealed class BatchFeed : IDisposable
{
    private const int Slots = 4;

    private readonly Tensor[] _sources;
    private readonly int[] _rows;
    private readonly int[] _order;
    private readonly int _batchSize;
    private readonly ulong? _key;
    private readonly Augmenter? _augmenter;
    private readonly Mixer? _mixer;
    private readonly Batch[] _whole;
    private readonly Batch[]? _short;
    private readonly Batch[] _ready;
    private readonly Thread? _thread;
    private readonly object _gate = new();
    private ExceptionDispatchInfo? _error;
    private int _orderEpoch = -1;
    private int _epoch;
    private int _step;
    private long _produced;
    private long _taken;
    private bool _closed;

    /// <summary>Prepares the buffers and, with prefetching, starts gathering.</summary>
    /// <param name="features">The inputs, [all rows, ...] each.</param>
    /// <param name="target">What to predict, [all rows].</param>
    /// <param name="rows">The rows to hand out, in the order that holds without shuffling.</param>
    /// <param name="batchSize">Rows a batch.</param>
    /// <param name="seed">The run's seed, to shuffle by; null to keep the order.</param>
    /// <param name="epoch">The epoch to start in.</param>
    /// <param name="step">The step to start at within it.</param>
    /// <param name="prefetch">Whether a thread of its own gathers ahead; else a batch is gathered when asked for.</param>
    /// <param name="augmenter">Changes each row of the first input while it is gathered; null to copy it. It is this feed's alone.</param>
    /// <param name="mixer">Mixes the rows of each batch, whose target is then what the mixer makes of it; null for none. It is this feed's alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no rows, the batch size is not positive, or the start lies outside an epoch.</exception>
    public BatchFeed(
        IReadOnlyList<Tensor> features,
        Tensor target,
        int[] rows,
        int batchSize,
        ulong? seed,
        int epoch = 0,
        int step = 0,
        bool prefetch = true,
        Augmenter? augmenter = null,
        Mixer? mixer = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(rows.Length, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        _sources = [.. features, target];
        _rows = rows;
        _order = new int[rows.Length];
        _batchSize = Math.Min(batchSize, rows.Length);
        _augmenter = augmenter;
        _mixer = mixer;
        _key = seed is { } value ? CounterRandom.Key(value, "shuffle") : null;
        StepsPerEpoch = (int)(((long)rows.Length + _batchSize - 1) / _batchSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, StepsPerEpoch);
        (_epoch, _step) = (epoch, step);
        int slots = prefetch ? Slots : 1;
        int rest = rows.Length % _batchSize;
        _whole = [.. Enumerable.Range(0, slots).Select(_ => NewBatch())];
        _short = rest == 0 ? null : [.. _whole.Select(b => new Batch([.. b.Features.Select(t => t.Rows(0, rest))], b.Target.Rows(0, rest)))];
        _ready = new Batch[slots];
        if (prefetch)
        {
            _thread = new Thread(Produce) { IsBackground = true, Name = "anneal-feed" };
            _thread.Start();
        }
    }

    /// <summary>Rows in their own order and unmixed, gathered when asked for.</summary>
    /// <param name="rows">The rows; at least one.</param>
    /// <param name="stepOf">What the step is trained towards that takes the batches, whose targets may be soft; null for an evaluation, whose never are.</param>
    /// <param name="batchSize">Rows a batch; null for all at once.</param>
    /// <returns>The feed.</returns>
    public static BatchFeed InOrder(RowSet rows, TargetSpec? stepOf = null, int? batchSize = null) => new(
        rows.Features,
        rows.Target,
        rows.Rows,
        batchSize ?? rows.Rows.Length,
        seed: null,
        prefetch: false,
        mixer: stepOf is null ? null : Mixer.For(stepOf, [], rows, seed: 0));

    /// <summary>The number of batches that cover all rows once.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>How long the consumer has waited for batches that were not ready; zero without prefetching.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>The next batch, across epochs without end; valid until the next call.</summary>
    /// <returns>The batch.</returns>
    /// <exception cref="ObjectDisposedException">The feed is disposed.</exception>
    public Batch Next()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_thread is null)
        {
            return Gather(0);
        }

        lock (_gate)
        {
            if (_produced == _taken && _error is null)
            {
                WaitForBatch();
            }

            if (_produced == _taken)
            {
                _error!.Throw();
            }

            Batch batch = _ready[_taken++ % Slots];
            Monitor.PulseAll(_gate);
            return batch;
        }
    }

    /// <summary>Stops gathering.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        _thread?.Join();
    }

    private void WaitForBatch()
    {
        long start = Stopwatch.GetTimestamp();
        while (_produced == _taken && _error is null)
        {
            Monitor.Wait(_gate);
        }

        Waited += Stopwatch.GetElapsedTime(start);
    }

    private void Produce()
    {
        try
        {
            while (WaitForSlot())
            {
                Batch batch = Gather((int)(_produced % Slots));
                lock (_gate)
                {
                    _ready[_produced++ % Slots] = batch;
                    Monitor.PulseAll(_gate);
                }
            }
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                _error = ExceptionDispatchInfo.Capture(error);
                Monitor.PulseAll(_gate);
            }
        }
    }

    private bool WaitForSlot()
    {
        lock (_gate)
        {
            // The batch taken last is still being read: its slot stays closed until the next is taken.
            while (!_closed && _produced - _taken >= Slots - 1)
            {
                Monitor.Wait(_gate);
            }

            return !_closed;
        }
    }

    private Batch Gather(int slot)
    {
        if (_orderEpoch != _epoch)
        {
            FillOrder();
        }

        int start = _step * _batchSize;
        int count = Math.Min(_batchSize, _rows.Length - start);
        Batch batch = count == _batchSize ? _whole[slot] : _short![slot];
        ReadOnlySpan<int> order = _order.AsSpan(start, count);
        for (int i = 0; i < _sources.Length; i++)
        {
            bool isTarget = i == batch.Features.Count;
            Tensor destination = isTarget ? batch.Target : batch.Features[i];
            if (i == 0 && _augmenter is { } augmenter)
            {
                Augment(augmenter, _sources[i], destination, order);
            }
            else if (isTarget && _mixer is { } mixer)
            {
                mixer.Load(_sources[i], order, destination);
            }
            else
            {
                Copy(_sources[i], destination, order);
            }
        }

        _mixer?.Apply(batch.Features[0], batch.Target, _epoch, _step);

        (batch.Epoch, batch.Step) = (_epoch, _step);
        (_epoch, _step) = _step + 1 < StepsPerEpoch ? (_epoch, _step + 1) : (_epoch + 1, 0);
        return batch;
    }

    private void Augment(Augmenter augmenter, Tensor source, Tensor destination, ReadOnlySpan<int> rows)
    {
        int width = destination.Length / rows.Length * source.Type.Size();
        Span<byte> from = source.Bytes;
        Span<byte> to = destination.Bytes;
        for (int i = 0; i < rows.Length; i++)
        {
            augmenter.Apply(from.Slice(rows[i] * width, width), _epoch, rows[i], to.Slice(i * width, width));
        }
    }

    private void FillOrder()
    {
        if (_key is { } key)
        {
            Permutation.Fill(_order, key, _epoch);
            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = _rows[_order[i]];
            }
        }
        else
        {
            _rows.CopyTo(_order, 0);
        }

        _orderEpoch = _epoch;
    }

    private static void Copy(Tensor source, Tensor destination, ReadOnlySpan<int> rows)
    {
        int width = destination.Length / rows.Length;
        if (source.Type == DType.String)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                Array.Copy(source.Strings, rows[i] * width, destination.Strings, i * width, width);
            }

            return;
        }

        width *= source.Type.Size();
        Span<byte> from = source.Bytes;
        Span<byte> to = destination.Bytes;
        for (int i = 0; i < rows.Length; i++)
        {
            from.Slice(rows[i] * width, width).CopyTo(to.Slice(i * width, width));
        }
    }

    private Batch NewBatch()
    {
        Tensor[] tensors = [.. _sources.Select(t => Tensor.Zeros(t.Type, [_batchSize, .. t.Shape[1..]]))];
        return new Batch(tensors[..^1], _mixer?.NewTarget(_batchSize) ?? tensors[^1]);
    }
}
