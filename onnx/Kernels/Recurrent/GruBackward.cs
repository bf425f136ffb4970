using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The gradient of GRU's cell; the gradients' parts are those of z, r, n and, where r comes after the product, of H·Rₙ + b.</summary>
internal sealed unsafe class GruBackward<T> : RecurrentBackward<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _resetsAfter;

    public GruBackward(KernelSpec spec, RecurrentLayout layout, bool resetsAfter)
        : base(spec, layout, parts: 4, hasCell: false, stateGates: resetsAfter ? 3 : 2, splits: resetsAfter) => _resetsAfter = resetsAfter;

    protected override void Step(in RecurrentRows<T> rows, T* spare)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            if (!IsOver(rows, row))
            {
                Cell(rows, row, spare);
            }
        }

        // What the product r·H gets is the fourth part until r's own gradient is made of it.
        T* met = rows.G + (3 * Padded);
        if (!_resetsAfter)
        {
            Recurrent.Run(rows.Count, rows.G + (2 * Padded), rows.GRow, PackedR(rows.Direction, 2), met, rows.GRow, add: false);
            for (int row = 0; row < rows.Count; row++)
            {
                if (!IsOver(rows, row))
                {
                    Reset(rows, row, spare);
                }
            }
        }

        Recurrent.Run(rows.Count, rows.G, rows.GRow, PackedR(rows.Direction, 0), rows.H, Padded, add: true);
        Recurrent.Run(rows.Count, rows.G + Padded, rows.GRow, PackedR(rows.Direction, 1), rows.H, Padded, add: true);
        if (_resetsAfter)
        {
            Recurrent.Run(rows.Count, met, rows.GRow, PackedR(rows.Direction, 2), rows.H, Padded, add: true);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Cell(in RecurrentRows<T> rows, int row, T* spare)
    {
        T* dH = rows.H + (row * Padded);
        T* dGates = rows.G + (row * rows.GRow);
        T* before = State(rows, row, isAfter: false, isCell: false, spare);
        T* gates = Gates(rows, row, spare + Padded);
        Vector512<T> one = Vector512<T>.One;
        for (int i = 0; i < Padded; i += Vector512<T>.Count)
        {
            Vector512<T> update = Vector512.Load(gates + i);
            Vector512<T> reset = Vector512.Load(gates + Padded + i);
            Vector512<T> candidate = Vector512.Load(gates + (2 * Padded) + i);
            Vector512<T> dHidden = Vector512.Load(dH + i);
            Vector512<T> dCandidate = dHidden * (one - update) * (one - (candidate * candidate));
            (dHidden * (Vector512.Load(before + i) - candidate) * update * (one - update)).Store(dGates + i);
            dCandidate.Store(dGates + (2 * Padded) + i);
            (dHidden * update).Store(dH + i);
            if (_resetsAfter)
            {
                (dCandidate * Vector512.Load(gates + (3 * Padded) + i) * reset * (one - reset)).Store(dGates + Padded + i);
                (dCandidate * reset).Store(dGates + (3 * Padded) + i);
            }
        }
    }

    private void Reset(in RecurrentRows<T> rows, int row, T* spare)
    {
        T* dH = rows.H + (row * Padded);
        T* dGates = rows.G + (row * rows.GRow);
        T* before = State(rows, row, isAfter: false, isCell: false, spare);
        T* gates = Gates(rows, row, spare + Padded);
        Vector512<T> one = Vector512<T>.One;
        for (int i = 0; i < Padded; i += Vector512<T>.Count)
        {
            Vector512<T> reset = Vector512.Load(gates + Padded + i);
            Vector512<T> dMet = Vector512.Load(dGates + (3 * Padded) + i);
            (dMet * Vector512.Load(before + i) * reset * (one - reset)).Store(dGates + Padded + i);
            (Vector512.Load(dH + i) + (dMet * reset)).Store(dH + i);
        }
    }
}
