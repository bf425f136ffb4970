using System.Numerics.Tensors;
using DType = Anneal.Onnx.Tensors.DType;
using Tensor = Anneal.Onnx.Tensors.Tensor;

namespace Anneal.Trainer.Loop;

/// <summary>The last steps and changes of gradient, and the direction that follows from them.</summary>
/// <seealso href="https://doi.org/10.1007/978-0-387-40065-5">Nocedal and Wright, Numerical optimization, algorithm 7.4</seealso>
internal sealed class LbfgsMemory
{
    private const double LeastCurvature = 1e-10;
    private readonly int _length;
    private readonly int _capacity;
    private readonly double[] _alpha;

    public LbfgsMemory(int capacity, int length)
    {
        (_capacity, _length) = (capacity, length);
        Steps = Tensor.Zeros(DType.Double, capacity, length);
        Changes = Tensor.Zeros(DType.Double, capacity, length);
        Count = Tensor.Scalar(0L);
        _alpha = new double[capacity];
    }

    /// <summary>The steps s, [capacity, length] double: pair k is in row k mod capacity.</summary>
    public Tensor Steps { get; }

    /// <summary>The changes of gradient y, as <see cref="Steps"/>.</summary>
    public Tensor Changes { get; }

    /// <summary>The pairs taken so far, an int64 scalar.</summary>
    public Tensor Count { get; }

    /// <summary>Whether there are no pairs.</summary>
    public bool IsEmpty => Count.Span<long>()[0] == 0;

    /// <summary>Forgets all pairs.</summary>
    public void Clear() => Count.Span<long>()[0] = 0;

    /// <summary>Takes a pair, unless the curvature along it is not positive.</summary>
    public void Add(ReadOnlySpan<double> step, ReadOnlySpan<double> change)
    {
        if (TensorPrimitives.Dot(step, change) > LeastCurvature * TensorPrimitives.Dot(change, change))
        {
            ref long count = ref Count.Span<long>()[0];
            step.CopyTo(Row(Steps, count));
            change.CopyTo(Row(Changes, count));
            count++;
        }
    }

    /// <summary>-H·gradient, where H is the inverse Hessian that the pairs make of γ·I.</summary>
    public void Direction(ReadOnlySpan<double> gradient, Span<double> direction)
    {
        TensorPrimitives.Negate(gradient, direction);
        long count = Count.Span<long>()[0];
        long first = Math.Max(0, count - _capacity);
        for (long k = count - 1; k >= first; k--)
        {
            double alpha = TensorPrimitives.Dot<double>(Row(Steps, k), direction) / TensorPrimitives.Dot<double>(Row(Steps, k), Row(Changes, k));
            _alpha[k % _capacity] = alpha;
            TensorPrimitives.MultiplyAdd(Row(Changes, k), -alpha, direction, direction);
        }

        if (count > 0)
        {
            Span<double> change = Row(Changes, count - 1);
            TensorPrimitives.Multiply(direction, TensorPrimitives.Dot<double>(Row(Steps, count - 1), change) / TensorPrimitives.Dot<double>(change, change), direction);
        }

        for (long k = first; k < count; k++)
        {
            double beta = TensorPrimitives.Dot<double>(Row(Changes, k), direction) / TensorPrimitives.Dot<double>(Row(Steps, k), Row(Changes, k));
            TensorPrimitives.MultiplyAdd(Row(Steps, k), _alpha[k % _capacity] - beta, direction, direction);
        }
    }

    private Span<double> Row(Tensor rows, long k) => rows.Span<double>().Slice((int)(k % _capacity) * _length, _length);
}
