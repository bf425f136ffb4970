using System.Numerics;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>A recurrent op's way through time: what a cell does at one step is left to the op's own class.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
/// <remarks>
/// An item takes some sequences of one direction through all steps, so no thread waits for another within a call. The products with W
/// are batched over as many steps as fill the register blocks; the bias is one more row of W.
/// </remarks>
internal abstract unsafe class RecurrentForward<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BatchedRows = 32;

    private readonly PackedProduct<T> _input;
    private readonly Slot _packed;
    private readonly Slot _biases;
    private readonly Slot _work;
    private readonly nint _workLength;
    private readonly int _chunk;
    private readonly bool _writesGatesInPlace;
    private readonly Slot _x;
    private readonly Slot _w;
    private readonly Slot _r;
    private readonly Slot? _b;
    private readonly Slot? _lengths;
    private readonly Slot? _initialH;
    private readonly Slot? _initialC;
    private readonly Slot? _y;
    private readonly Slot? _lastH;
    private readonly Slot? _lastC;
    private readonly Slot? _gates;
    private readonly Slot? _states;
    private readonly T _clip;

    /// <summary>Plans the work of a node whose inputs are X, W, R, B, sequence_lens, initial_h and initial_c, and whose outputs begin with Y and Y_h.</summary>
    /// <param name="spec">The node with its operands.</param>
    /// <param name="layout">The sizes.</param>
    /// <param name="parts">Values of a unit that are kept of a step.</param>
    /// <param name="hasCell">Whether there is a cell state.</param>
    /// <param name="saves">Whether gates and states are the node's last outputs.</param>
    protected RecurrentForward(KernelSpec spec, RecurrentLayout layout, int parts, bool hasCell, bool saves)
    {
        Layout = layout;
        Parts = parts;
        Padded = layout.Padded<T>();
        HasCell = hasCell;
        _x = spec.In(0);
        _w = spec.In(1);
        _r = spec.In(2);
        _b = Optional(3);
        _lengths = Optional(4);
        _initialH = Optional(5);
        _initialC = hasCell ? Optional(6) : null;
        _y = spec.HasOut(0) ? spec.Out(0) : null;
        _lastH = spec.HasOut(1) ? spec.Out(1) : null;
        _lastC = hasCell && spec.HasOut(2) ? spec.Out(2) : null;
        int saved = hasCell ? 3 : 2;
        _gates = saves && spec.HasOut(saved) ? spec.Out(saved) : null;
        _states = saves && spec.HasOut(saved + 1) ? spec.Out(saved + 1) : null;
        _clip = T.CreateTruncating(spec.Attributes.Float("clip", 0));
        _input = new PackedProduct<T>(layout.Inputs + 1, layout.Hidden, Padded);
        Recurrent = new PackedProduct<T>(layout.Hidden, layout.Hidden, Padded);
        _chunk = Math.Clamp(BatchedRows / Math.Max(1, layout.MostRows), 1, Math.Max(1, layout.Steps));
        _writesGatesInPlace = _gates is not null && _chunk == 1 && Padded == layout.Hidden;
        nint rows = layout.MostRows;
        _workLength = RoundUp(rows * _chunk * (layout.Inputs + 1)) + (rows * _chunk * parts * Padded) + (2 * rows * Padded);
        _packed = spec.Scratch(checked((long)layout.Directions * layout.Gates * (RoundUp(_input.Length) + RoundUp(Recurrent.Length)) * sizeof(T)));
        _biases = spec.Scratch(checked((long)layout.Directions * 2 * layout.Gates * Padded * sizeof(T)));
        _work = spec.Scratch(checked((long)layout.Items * _workLength * sizeof(T)));

        Slot? Optional(int input) => spec.HasIn(input) ? spec.In(input) : null;
    }

    /// <summary>The sizes.</summary>
    protected RecurrentLayout Layout { get; }

    /// <summary>Values of a unit that are kept of a step.</summary>
    protected int Parts { get; }

    /// <summary>Units rounded up to whole vectors.</summary>
    protected int Padded { get; }

    /// <summary>Whether there is a cell state.</summary>
    protected bool HasCell { get; }

    /// <summary>The product of hidden states with one gate's R.</summary>
    protected PackedProduct<T> Recurrent { get; }

    /// <summary>The kernel.</summary>
    public Kernel ToKernel()
    {
        Action<int> pack = Pack;
        Action<int> item = Item;
        return team =>
        {
            team.Run(Layout.Directions * Layout.Gates * 2, pack);
            team.Run(Layout.Items, item);
        };
    }

    /// <summary>One time step: adds the recurrent products to the gates in <c>G</c>, applies their functions, moves <c>H</c> and <c>C</c>.</summary>
    /// <param name="rows">The sequences; those that have ended keep their states.</param>
    protected abstract void Step(in RecurrentRows<T> rows);

    /// <summary>Whether the recurrent bias of a gate is added before its recurrent product is used.</summary>
    /// <param name="gate">The gate.</param>
    protected virtual bool AddsRecurrentBias(int gate) => true;

    /// <summary>Whether a sequence has ended before this time.</summary>
    protected bool IsOver(in RecurrentRows<T> rows, int row) => IsOver(rows.First + row, rows.Time);

    /// <summary>A gate's packed R.</summary>
    protected T* PackedR(int direction, int gate) => Packed(direction, gate) + RoundUp(_input.Length);

    /// <summary>A gate's recurrent bias, padded.</summary>
    protected T* RecurrentBias(int direction, int gate) => Bias(direction, Layout.Gates + gate);

    /// <summary>Bounds the arguments of the gates' functions if the node asks for it.</summary>
    /// <param name="x">The arguments.</param>
    /// <param name="count">Their number.</param>
    protected void Clip(T* x, int count)
    {
        for (int i = 0; _clip > T.Zero && i < count; i++)
        {
            x[i] = T.Max(-_clip, T.Min(_clip, x[i]));
        }
    }

    private static nint RoundUp(nint length) => (length + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count;

    private bool IsOver(int sequence, int time) => _lengths is not null && time >= ((int*)_lengths.Pointer)[_lengths.Shape.Length == 0 ? 0 : sequence];

    private T* Packed(int direction, int gate) =>
        (T*)_packed.Pointer + (((direction * Layout.Gates) + gate) * (RoundUp(_input.Length) + RoundUp(Recurrent.Length)));

    private T* Bias(int direction, int row) => (T*)_biases.Pointer + ((nint)((direction * 2 * Layout.Gates) + row) * Padded);

    private void Pack(int item)
    {
        int gate = item / 2 % Layout.Gates;
        int direction = item / 2 / Layout.Gates;
        nint row = (((nint)direction * Layout.Gates) + gate) * Layout.Hidden;
        if (item % 2 == 1)
        {
            Recurrent.Pack((T*)_r.Pointer + (row * Layout.Hidden), Layout.Hidden, 1, 0, Layout.Hidden, PackedR(direction, gate));
            return;
        }

        T* sum = Bias(direction, gate);
        T* recurrent = RecurrentBias(direction, gate);
        for (int i = 0; i < Padded; i++)
        {
            bool isUnit = _b is not null && i < Layout.Hidden;
            recurrent[i] = isUnit ? BiasOf(direction, Layout.Gates + gate, i) : T.Zero;
            sum[i] = isUnit ? BiasOf(direction, gate, i) + (AddsRecurrentBias(gate) ? recurrent[i] : T.Zero) : T.Zero;
        }

        _input.Pack((T*)_w.Pointer + (row * Layout.Inputs), Layout.Inputs, 1, 0, Layout.Inputs, Packed(direction, gate));
        _input.Pack(sum, 1, 0, Layout.Inputs, 1, Packed(direction, gate));
    }

    private T BiasOf(int direction, int row, int unit) =>
        ((T*)_b!.Pointer)[_b.Length == 1 ? 0 : ((((nint)direction * 2 * Layout.Gates) + row) * Layout.Hidden) + unit];

    private void Item(int item)
    {
        (int direction, int first, int count) = Layout.Item(item);
        T* inputs = (T*)_work.Pointer + (item * _workLength);
        T* gates = inputs + RoundUp((nint)Layout.MostRows * _chunk * (Layout.Inputs + 1));
        var rows = new RecurrentRows<T> { Direction = direction, First = first, Count = count, GRow = (nint)Parts * Padded };
        rows.H = gates + ((nint)Layout.MostRows * _chunk * rows.GRow);
        rows.C = rows.H + ((nint)Layout.MostRows * Padded);
        Begin(_initialH, rows, rows.H);
        Begin(_initialC, rows, rows.C);
        SaveStates(rows, Layout.Reverse[direction] ? Layout.Steps : 0);
        for (int start = 0; start < Layout.Steps; start += _chunk)
        {
            int steps = Math.Min(_chunk, Layout.Steps - start);
            rows.G = gates;
            if (_writesGatesInPlace)
            {
                rows.G = Saved(rows, Layout.Time(direction, start));
            }

            GatherInputs(rows, start, steps, inputs);
            for (int gate = 0; gate < Layout.Gates; gate++)
            {
                _input.Run(steps * count, inputs, Layout.Inputs + 1, Packed(direction, gate), rows.G + (gate * Padded), rows.GRow, add: false);
            }

            for (int step = start; step < start + steps; step++)
            {
                rows.Time = Layout.Time(direction, step);
                Step(rows);
                Save(rows);
                rows.G += count * rows.GRow;
            }
        }

        End(_lastH, rows, rows.H);
        End(_lastC, rows, rows.C);
    }

    private T* Saved(in RecurrentRows<T> rows, int time) =>
        (T*)_gates!.Pointer + Layout.Saved(rows.Direction, Layout.Steps, time, rows.First, Parts * Layout.Hidden);

    private void GatherInputs(in RecurrentRows<T> rows, int start, int steps, T* to)
    {
        for (int step = start; step < start + steps; step++)
        {
            T* from = (T*)_x.Pointer + (Layout.Time(rows.Direction, step) * Layout.XStep) + (rows.First * Layout.XRow);
            for (int row = 0; row < rows.Count; row++, from += Layout.XRow)
            {
                new ReadOnlySpan<T>(from, Layout.Inputs).CopyTo(new Span<T>(to, Layout.Inputs));
                to[Layout.Inputs] = T.One;
                to += Layout.Inputs + 1;
            }
        }
    }

    private void Begin(Slot? initial, in RecurrentRows<T> rows, T* states)
    {
        new Span<T>(states, rows.Count * Padded).Clear();
        for (int row = 0; initial is not null && row < rows.Count; row++, states += Padded)
        {
            var to = new Span<T>(states, Layout.Hidden);
            if (initial.Length == 1)
            {
                to.Fill(*(T*)initial.Pointer);
            }
            else
            {
                new ReadOnlySpan<T>((T*)initial.Pointer + Layout.State(rows.Direction, rows.First + row), Layout.Hidden).CopyTo(to);
            }
        }
    }

    private void End(Slot? last, in RecurrentRows<T> rows, T* states)
    {
        for (int row = 0; last is not null && row < rows.Count; row++)
        {
            new ReadOnlySpan<T>(states + (row * Padded), Layout.Hidden)
                .CopyTo(new Span<T>((T*)last.Pointer + Layout.State(rows.Direction, rows.First + row), Layout.Hidden));
        }
    }

    private void Save(in RecurrentRows<T> rows)
    {
        SaveStates(rows, Layout.Reverse[rows.Direction] ? rows.Time : rows.Time + 1);
        for (int row = 0; row < rows.Count; row++)
        {
            bool isOver = IsOver(rows, row);
            if (isOver)
            {
                new Span<T>(rows.G + (row * rows.GRow), Parts * Padded).Clear();
            }

            if (_gates is not null && !_writesGatesInPlace)
            {
                T* to = Saved(rows, rows.Time) + ((nint)row * Parts * Layout.Hidden);
                for (int part = 0; part < Parts; part++)
                {
                    new ReadOnlySpan<T>(rows.G + (row * rows.GRow) + (part * Padded), Layout.Hidden).CopyTo(new Span<T>(to + (part * Layout.Hidden), Layout.Hidden));
                }
            }

            if (_y is not null)
            {
                var to = new Span<T>((T*)_y.Pointer + Layout.Y(rows.Time, rows.Direction, rows.First + row), Layout.Hidden);
                new ReadOnlySpan<T>(rows.H + (row * Padded), Layout.Hidden).CopyTo(to);
                if (isOver)
                {
                    to.Clear();
                }
            }
        }
    }

    private void SaveStates(in RecurrentRows<T> rows, int place)
    {
        int width = (HasCell ? 2 : 1) * Layout.Hidden;
        T* to = _states is null ? null : (T*)_states.Pointer + Layout.Saved(rows.Direction, Layout.Steps + 1, place, rows.First, width);
        for (int row = 0; to != null && row < rows.Count; row++, to += width)
        {
            new ReadOnlySpan<T>(rows.H + (row * Padded), Layout.Hidden).CopyTo(new Span<T>(to, Layout.Hidden));
            if (HasCell)
            {
                new ReadOnlySpan<T>(rows.C + (row * Padded), Layout.Hidden).CopyTo(new Span<T>(to + Layout.Hidden, Layout.Hidden));
            }
        }
    }
}
