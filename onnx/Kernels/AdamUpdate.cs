using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>One pass of Adam over a run of elements, in place or not.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
/// <remarks>The factors that do not depend on an element are computed in double.</remarks>
internal unsafe struct AdamUpdate<T> : IGemmEpilogue<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly T _alpha;
    private readonly T _epsilon;
    private readonly T _decay;
    private readonly int _columns;
    private readonly Slot[] _slots;
    private readonly Slot _lr;
    private readonly Slot _step;
    private T _rate;
    private T _inverseRoot;
    private T* _w;
    private T* _m;
    private T* _v;
    private T* _toW;
    private T* _toM;
    private T* _toV;

    /// <summary>Takes the settings and the operands of a node: W, M, V, lr and step among its inputs, W2, M2 and V2 as its outputs.</summary>
    /// <param name="spec">The node with its operands.</param>
    /// <param name="w">The index of the input W.</param>
    /// <param name="m">The index of the input M, which V, lr and step follow.</param>
    /// <param name="alpha">Factor of the gradient.</param>
    public AdamUpdate(KernelSpec spec, int w, int m, float alpha = 1)
    {
        _alpha = T.CreateTruncating(alpha);
        _beta1 = spec.Attributes.Float("beta1", 0);
        _beta2 = spec.Attributes.Float("beta2", 0);
        _epsilon = T.CreateTruncating(spec.Attributes.Float("epsilon", 0));
        _decay = T.CreateTruncating(spec.Attributes.Float("weight_decay", 0));
        Slot weight = spec.In(w);
        _columns = weight.Shape.Length == 2 ? weight.Shape[1] : 0;
        _slots =
        [
            weight,
            spec.In(m),
            spec.In(m + 1),
            spec.Out(),
            spec.HasOut(1) ? spec.Out(1) : spec.Scratch(weight.ByteLength),
            spec.HasOut(2) ? spec.Out(2) : spec.Scratch(weight.ByteLength),
        ];
        _lr = spec.In(m + 2);
        _step = spec.In(m + 3);
    }

    /// <inheritdoc/>
    public readonly bool IsIdentity => false;

    /// <summary>This update with the addresses and the factors of one step.</summary>
    public readonly AdamUpdate<T> Bind()
    {
        AdamUpdate<T> bound = this;
        double time = *(long*)_step.Pointer;
        bound._rate = T.CreateTruncating(double.CreateTruncating(*(T*)_lr.Pointer) / (1 - Math.Pow(_beta1, time)));
        bound._inverseRoot = T.CreateTruncating(1 / Math.Sqrt(1 - Math.Pow(_beta2, time)));
        bound._w = (T*)_slots[0].Pointer;
        bound._m = (T*)_slots[1].Pointer;
        bound._v = (T*)_slots[2].Pointer;
        bound._toW = (T*)_slots[3].Pointer;
        bound._toM = (T*)_slots[4].Pointer;
        bound._toV = (T*)_slots[5].Pointer;
        return bound;
    }

    /// <inheritdoc/>
    public readonly void Tile(T* tile, nint tileStride, int row, int column, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            Apply(tile + (i * tileStride), ((nint)(row + i) * _columns) + column, columns);
        }
    }

    /// <summary>Updates elements [start, start + count) by the gradients at <paramref name="gradients"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Apply(T* gradients, nint start, int count)
    {
        T beta1 = T.CreateTruncating(_beta1);
        T beta2 = T.CreateTruncating(_beta2);
        T rest1 = T.CreateTruncating(1 - _beta1);
        T rest2 = T.CreateTruncating(1 - _beta2);
        T* w = _w + start;
        T* m = _m + start;
        T* v = _v + start;
        T* toW = _toW + start;
        T* toM = _toM + start;
        T* toV = _toV + start;
        Vector512<T> epsilons = Vector512.Create(_epsilon);
        int i = 0;
        for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            Vector512<T> weight = Vector512.Load(w + i);
            Vector512<T> gradient = (Vector512.Load(gradients + i) * _alpha) + (weight * _decay);
            Vector512<T> first = (Vector512.Load(m + i) * beta1) + (gradient * rest1);
            Vector512<T> second = (Vector512.Load(v + i) * beta2) + (gradient * gradient * rest2);
            first.Store(toM + i);
            second.Store(toV + i);
            (weight - (first * _rate / ((Vector512.Sqrt(second) * _inverseRoot) + epsilons))).Store(toW + i);
        }

        for (; i < count; i++)
        {
            T weight = w[i];
            T gradient = (gradients[i] * _alpha) + (weight * _decay);
            T first = (m[i] * beta1) + (gradient * rest1);
            T second = (v[i] * beta2) + (gradient * gradient * rest2);
            toM[i] = first;
            toV[i] = second;
            toW[i] = weight - (first * _rate / ((T.Sqrt(second) * _inverseRoot) + _epsilon));
        }
    }
}
