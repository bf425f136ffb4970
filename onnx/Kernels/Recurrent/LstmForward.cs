using System.Numerics;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>LSTM's cell: C = f·C + i·c, H = o·h(C), with the gates i, o, f, c side by side.</summary>
internal sealed unsafe class LstmForward<T> : RecurrentForward<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GateFunction<T>[] _functions;
    private readonly bool _couples;
    private readonly Slot? _peepholes;

    public LstmForward(KernelSpec spec, RecurrentLayout layout, bool saves)
        : base(spec, layout, parts: 4, hasCell: true, saves)
    {
        _functions = GateFunction<T>.OfNode(spec, ["Sigmoid", "Tanh", "Tanh"], layout.Directions);
        _couples = spec.Attributes.Int("input_forget", 0) != 0;
        _peepholes = spec.HasIn(7) ? spec.In(7) : null;
    }

    protected override void Step(in RecurrentRows<T> rows)
    {
        for (int gate = 0; gate < 4; gate++)
        {
            Recurrent.Run(rows.Count, rows.H, Padded, PackedR(rows.Direction, gate), rows.G + (gate * Padded), rows.GRow, add: true);
        }

        for (int row = 0; row < rows.Count; row++)
        {
            if (!IsOver(rows, row))
            {
                Cell(rows.Direction, rows.G + (row * rows.GRow), rows.C + (row * Padded), rows.H + (row * Padded));
            }
        }
    }

    private void Cell(int direction, T* input, T* c, T* h)
    {
        T* output = input + Padded;
        T* forget = output + Padded;
        T* candidate = forget + Padded;
        GateFunction<T> gate = _functions[3 * direction];
        if (_peepholes is not null)
        {
            Peek(direction, 0, c, input);
            Peek(direction, 2, c, forget);
        }

        Clip(input, 4 * Padded);
        if (_peepholes is null)
        {
            gate.Run(input, input, 3 * Padded);
        }
        else
        {
            gate.Run(input, input, Padded);
            gate.Run(forget, forget, Padded);
        }

        _functions[(3 * direction) + 1].Run(candidate, candidate, Padded);
        for (int i = 0; i < Padded; i += Vector512<T>.Count)
        {
            Vector512<T> share = Vector512.Load(input + i);
            Vector512<T> keep = _couples ? Vector512<T>.One - share : Vector512.Load(forget + i);
            keep.Store(forget + i);
            ((keep * Vector512.Load(c + i)) + (share * Vector512.Load(candidate + i))).Store(c + i);
        }

        if (_peepholes is not null)
        {
            Peek(direction, 1, c, output);
            Clip(output, Padded);
            gate.Run(output, output, Padded);
        }

        _functions[(3 * direction) + 2].Run(c, h, Padded);
        for (int i = 0; i < Padded; i += Vector512<T>.Count)
        {
            (Vector512.Load(h + i) * Vector512.Load(output + i)).Store(h + i);
        }
    }

    private void Peek(int direction, int gate, T* c, T* to)
    {
        T* weights = (T*)_peepholes!.Pointer + ((nint)((3 * direction) + gate) * Layout.Hidden);
        for (int i = 0; i < Layout.Hidden; i++)
        {
            to[i] += weights[i] * c[i];
        }
    }
}
