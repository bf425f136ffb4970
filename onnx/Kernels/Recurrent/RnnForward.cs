using System.Numerics;

namespace Anneal.Onnx.Kernels;

/// <summary>RNN's cell: H = f(X·W + H·R + b).</summary>
internal sealed unsafe class RnnForward<T> : RecurrentForward<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GateFunction<T>[] _functions;

    public RnnForward(KernelSpec spec, RecurrentLayout layout, bool saves)
        : base(spec, layout, parts: 1, hasCell: false, saves) =>
        _functions = GateFunction<T>.OfNode(spec, [spec.Attributes.Int("relu", 0) != 0 ? "Relu" : "Tanh"], layout.Directions);

    protected override void Step(in RecurrentRows<T> rows)
    {
        Recurrent.Run(rows.Count, rows.H, Padded, PackedR(rows.Direction, 0), rows.G, rows.GRow, add: true);
        for (int row = 0; row < rows.Count; row++)
        {
            if (!IsOver(rows, row))
            {
                T* gate = rows.G + (row * rows.GRow);
                T* h = rows.H + (row * Padded);
                Clip(gate, Padded);
                _functions[rows.Direction].Run(gate, gate, Padded);
                new ReadOnlySpan<T>(gate, Padded).CopyTo(new Span<T>(h, Padded));
            }
        }
    }
}
