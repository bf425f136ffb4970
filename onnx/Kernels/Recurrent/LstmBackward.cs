using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The gradient of LSTM's cell.</summary>
internal sealed unsafe class LstmBackward<T>(KernelSpec spec, RecurrentLayout layout)
    : RecurrentBackward<T>(spec, layout, parts: 4, hasCell: true, stateGates: 4, splits: false)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override void Step(in RecurrentRows<T> rows, T* spare)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            if (!IsOver(rows, row))
            {
                Cell(rows, row, spare);
            }
        }

        for (int gate = 0; gate < 4; gate++)
        {
            Recurrent.Run(rows.Count, rows.G + (gate * Padded), rows.GRow, PackedR(rows.Direction, gate), rows.H, Padded, add: true);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Cell(in RecurrentRows<T> rows, int row, T* spare)
    {
        T* dH = rows.H + (row * Padded);
        T* dC = rows.C + (row * Padded);
        T* dGates = rows.G + (row * rows.GRow);
        T* tanh = spare;
        GateFunction<T>.Tanh.Run(State(rows, row, isAfter: true, isCell: true, spare), tanh, Padded);
        T* before = State(rows, row, isAfter: false, isCell: true, spare + Padded);
        T* gates = Gates(rows, row, spare + (2 * Padded));
        Vector512<T> one = Vector512<T>.One;
        for (int i = 0; i < Padded; i += Vector512<T>.Count)
        {
            Vector512<T> input = Vector512.Load(gates + i);
            Vector512<T> output = Vector512.Load(gates + Padded + i);
            Vector512<T> forget = Vector512.Load(gates + (2 * Padded) + i);
            Vector512<T> candidate = Vector512.Load(gates + (3 * Padded) + i);
            Vector512<T> shape = Vector512.Load(tanh + i);
            Vector512<T> dHidden = Vector512.Load(dH + i);
            Vector512<T> dOutput = dHidden * shape * output * (one - output);
            Vector512<T> dCell = Vector512.Load(dC + i) + (dHidden * output * (one - (shape * shape)));
            (dCell * candidate * input * (one - input)).Store(dGates + i);
            dOutput.Store(dGates + Padded + i);
            (dCell * Vector512.Load(before + i) * forget * (one - forget)).Store(dGates + (2 * Padded) + i);
            (dCell * input * (one - (candidate * candidate))).Store(dGates + (3 * Padded) + i);
            (dCell * forget).Store(dC + i);
            Vector512<T>.Zero.Store(dH + i);
        }
    }
}
