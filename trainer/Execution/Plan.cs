using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Execution;

/// <summary>A graph compiled for one set of input sizes: kernels in order over one block of memory.</summary>
/// <remarks>A run allocates nothing when the fetches that it is given fit.</remarks>
public sealed class Plan
{
    private readonly PlanStep[] _steps;
    private readonly Slot[] _feeds;
    private readonly Slot[][] _feedSlots;
    private readonly Slot[] _fetches;
    private readonly (Slot From, Tensor? Through, Tensor To)[] _copies;
    private readonly Tensor _memory;
    private readonly Tensor[] _held;

    internal Plan(
        IReadOnlyList<PlanStep> steps,
        Slot[] feeds,
        Slot[][] feedSlots,
        Slot[] fetches,
        (Slot From, Tensor? Through, Tensor To)[] copies,
        Tensor memory,
        long arenaBytes,
        Tensor[] held)
    {
        _steps = [.. steps];
        _feeds = feeds;
        _feedSlots = feedSlots;
        _fetches = fetches;
        _copies = copies;
        _memory = memory;
        _held = held;
        ArenaBytes = arenaBytes;
    }

    /// <summary>The nodes in execution order.</summary>
    public IReadOnlyList<PlanStep> Steps => _steps;

    /// <summary>The memory of all intermediate values, in bytes.</summary>
    public long ArenaBytes { get; }

    /// <summary>The arena and the scratch memory, in bytes.</summary>
    public long TotalBytes => _memory.ByteLength;

    /// <summary>State outputs that are not written in place and cost a copy per run.</summary>
    public int StateCopies => _copies.Length;

    /// <summary>Runs every node once and measures it.</summary>
    /// <param name="team">The threads to work on.</param>
    /// <param name="feeds">A tensor per feed.</param>
    /// <param name="seconds">Receives the time of each step, in seconds: one entry per entry of <see cref="Steps"/>, added to.</param>
    internal void Profile(Team team, ReadOnlySpan<Tensor> feeds, Span<double> seconds)
    {
        BindFeeds(feeds);
        for (int i = 0; i < _steps.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            _steps[i].Kernel(team);
            seconds[i] += Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        CopyState();
    }

    internal bool Fits(ReadOnlySpan<Tensor> feeds)
    {
        bool fits = feeds.Length == _feeds.Length;
        for (int i = 0; fits && i < feeds.Length; i++)
        {
            fits = feeds[i].Type == _feeds[i].Type && feeds[i].Shape.SequenceEqual(_feeds[i].Shape);
        }

        return fits;
    }

    internal void Run(Team team, ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches)
    {
        BindFeeds(feeds);
        foreach (PlanStep step in _steps)
        {
            Execute(step, team);
        }

        CopyFetches(fetches);
        CopyState();
        GC.KeepAlive(_held);
    }

    internal Node? FirstNonFinite(Team team, ReadOnlySpan<Tensor> feeds)
    {
        BindFeeds(feeds);
        Node? first = null;
        foreach (PlanStep step in _steps)
        {
            Execute(step, team);
            if (first is null && !step.Outputs.All(IsFinite))
            {
                first = step.Node;
            }
        }

        CopyState();
        return first;
    }

    private static void Execute(PlanStep step, Team team)
    {
        try
        {
            step.Kernel(team);
        }
        catch (AnnealException error)
        {
            throw error.In(step.Node);
        }
    }

    private static bool IsFinite(Slot slot) => slot.Type switch
    {
        DType.Float => System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<float>(slot.Span<float>()),
        DType.Double => System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<double>(slot.Span<double>()),
        _ => true,
    };

    private void BindFeeds(ReadOnlySpan<Tensor> feeds)
    {
        for (int i = 0; i < feeds.Length; i++)
        {
            foreach (Slot slot in _feedSlots[i])
            {
                slot.Bind(feeds[i]);
            }
        }
    }

    private unsafe void CopyFetches(Span<Tensor?> fetches)
    {
        for (int i = 0; i < _fetches.Length; i++)
        {
            Slot slot = _fetches[i];
            Tensor? tensor = fetches[i];
            if (tensor is null || tensor.Type != slot.Type || !tensor.Shape.SequenceEqual(slot.Shape))
            {
                fetches[i] = tensor = Tensor.Zeros(slot.Type, slot.Shape);
            }

            if (slot.Type == DType.String)
            {
                slot.Strings.CopyTo(tensor.Strings, 0);
            }
            else
            {
                new ReadOnlySpan<byte>(slot.Pointer, checked((int)slot.ByteLength)).CopyTo(tensor.Bytes);
            }
        }
    }

    private unsafe void CopyState()
    {
        foreach ((Slot from, Tensor? through, _) in _copies)
        {
            if (through is not null)
            {
                new ReadOnlySpan<byte>(from.Pointer, checked((int)from.ByteLength)).CopyTo(through.Bytes);
            }
        }

        foreach ((Slot from, Tensor? through, Tensor to) in _copies)
        {
            (through is null ? new ReadOnlySpan<byte>(from.Pointer, checked((int)from.ByteLength)) : through.Bytes).CopyTo(to.Bytes);
        }
    }
}
