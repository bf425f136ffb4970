using System.Numerics;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>GRU's cell: H = (1 - z)·n + z·H, with the gates z, r, n and what r meets side by side: H·Rₙ + b, or r·H where the product comes after it.</summary>
internal sealed unsafe class GruForward<T> : RecurrentForward<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GateFunction<T>[] _functions;
    private readonly bool _resetsAfter;

    public GruForward(KernelSpec spec, RecurrentLayout layout, bool saves)
        : base(spec, layout, parts: 4, hasCell: false, saves)
    {
        _functions = GateFunction<T>.OfNode(spec, ["Sigmoid", "Tanh"], layout.Directions);
        _resetsAfter = spec.Attributes.Int("linear_before_reset", 0) != 0;
    }

    protected override bool AddsRecurrentBias(int gate) => gate < 2 || !_resetsAfter;

    protected override void Step(in RecurrentRows<T> rows)
    {
        Recurrent.Run(rows.Count, rows.H, Padded, PackedR(rows.Direction, 0), rows.G, rows.GRow, add: true);
        Recurrent.Run(rows.Count, rows.H, Padded, PackedR(rows.Direction, 1), rows.G + Padded, rows.GRow, add: true);
        T* third = PackedR(rows.Direction, 2);
        T* met = rows.G + (3 * Padded);
        if (_resetsAfter)
        {
            Recurrent.Run(rows.Count, rows.H, Padded, third, met, rows.GRow, add: false);
        }

        T* bias = RecurrentBias(rows.Direction, 2);
        for (int row = 0; row < rows.Count; row++)
        {
            Reset(rows.Direction, rows.G + (row * rows.GRow), rows.H + (row * Padded), bias);
        }

        if (!_resetsAfter)
        {
            Recurrent.Run(rows.Count, met, rows.GRow, third, rows.G + (2 * Padded), rows.GRow, add: true);
        }

        for (int row = 0; row < rows.Count; row++)
        {
            if (!IsOver(rows, row))
            {
                Cell(rows.Direction, rows.G + (row * rows.GRow), rows.H + (row * Padded));
            }
        }
    }

    private void Reset(int direction, T* update, T* h, T* bias)
    {
        T* reset = update + Padded;
        T* candidate = reset + Padded;
        T* met = candidate + Padded;
        Clip(update, 2 * Padded);
        _functions[2 * direction].Run(update, update, 2 * Padded);
        for (int i = 0; i < Padded; i += Vector512<T>.Count)
        {
            Vector512<T> r = Vector512.Load(reset + i);
            if (_resetsAfter)
            {
                Vector512<T> value = Vector512.Load(met + i) + Vector512.Load(bias + i);
                value.Store(met + i);
                (Vector512.Load(candidate + i) + (r * value)).Store(candidate + i);
            }
            else
            {
                (r * Vector512.Load(h + i)).Store(met + i);
            }
        }
    }

    private void Cell(int direction, T* update, T* h)
    {
        T* candidate = update + (2 * Padded);
        Clip(candidate, Padded);
        _functions[(2 * direction) + 1].Run(candidate, candidate, Padded);
        for (int i = 0; i < Padded; i += Vector512<T>.Count)
        {
            Vector512<T> z = Vector512.Load(update + i);
            (((Vector512<T>.One - z) * Vector512.Load(candidate + i)) + (z * Vector512.Load(h + i))).Store(h + i);
        }
    }
}
