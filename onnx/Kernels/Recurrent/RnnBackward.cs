using System.Numerics;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The gradient of RNN's cell with Tanh or Relu.</summary>
internal sealed unsafe class RnnBackward<T>(KernelSpec spec, RecurrentLayout layout, bool isRelu)
    : RecurrentBackward<T>(spec, layout, parts: 1, hasCell: false, stateGates: 1, splits: false)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override void Step(in RecurrentRows<T> rows, T* spare)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            if (IsOver(rows, row))
            {
                continue;
            }

            T* dH = rows.H + (row * Padded);
            T* dGate = rows.G + (row * rows.GRow);
            T* gate = Gates(rows, row, spare);
            for (int i = 0; i < Padded; i += Vector512<T>.Count)
            {
                Vector512<T> h = Vector512.Load(gate + i);
                Vector512<T> given = Vector512.Load(dH + i);
                (isRelu ? Ops512<T>.WherePositive(h, given) : given * (Vector512<T>.One - (h * h))).Store(dGate + i);
                Vector512<T>.Zero.Store(dH + i);
            }
        }

        Recurrent.Run(rows.Count, rows.G, rows.GRow, PackedR(rows.Direction, 0), rows.H, Padded, add: true);
    }
}
