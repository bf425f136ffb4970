using System.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anneal.Onnx.Kernels;

/// <summary>Backpropagation through time: what a cell does at one step is left to the op's own class, the weights' gradients are products over all steps.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
/// <remarks>Items are those of <see cref="RecurrentForward{T}"/>. Biases are summed item by item, then over items in order.</remarks>
internal abstract unsafe class RecurrentBackward<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int SpareRows = 8;

    // Rows a power of two apart would fall into the same few places of the first cache when the products go down columns.
    private const int Gap = 16;

    private readonly GemmPlan<T, GemmEpilogue<T>> _inputs;
    private readonly GemmPlan<T, GemmEpilogue<T>> _weights;
    private readonly GemmPlan<T, GemmEpilogue<T>> _recurrents;
    private readonly GemmPlan<T, GemmEpilogue<T>> _met;
    private readonly Slot _packed;
    private readonly Slot _work;
    private readonly Slot _dInput;
    private readonly Slot _dRecurrent;
    private readonly Slot _products;
    private readonly nint _workLength;
    private readonly int _parts;
    private readonly int _stateWidth;
    private readonly int _width;
    private readonly int _stateGates;
    private readonly bool _writesInPlace;
    private readonly bool _hasCell;
    private readonly Slot _dY;
    private readonly Slot _dLastH;
    private readonly Slot? _dLastC;
    private readonly Slot _x;
    private readonly Slot _w;
    private readonly Slot _r;
    private readonly Slot _lengths;
    private readonly Slot _gates;
    private readonly Slot _states;
    private readonly Slot?[] _results;

    /// <summary>Plans the work of a node whose inputs are dY, dY_h, X, W, R, sequence_lens, gates, states and dY_c.</summary>
    /// <param name="spec">The node with its operands.</param>
    /// <param name="layout">The sizes.</param>
    /// <param name="parts">Values of a unit that were kept of a step, and gradients of them that a step gives.</param>
    /// <param name="hasCell">Whether there is a cell state.</param>
    /// <param name="stateGates">The gates whose R meets the hidden states; that of the others meets the last part that was kept.</param>
    /// <param name="splits">Whether the last gate's recurrent product has a gradient of its own, the last part.</param>
    protected RecurrentBackward(KernelSpec spec, RecurrentLayout layout, int parts, bool hasCell, int stateGates, bool splits)
    {
        Layout = layout;
        Padded = layout.Padded<T>();
        _parts = parts;
        _hasCell = hasCell;
        _stateGates = stateGates;
        _dY = spec.In(0);
        _dLastH = spec.In(1);
        _x = spec.In(2);
        _w = spec.In(3);
        _r = spec.In(4);
        _lengths = spec.In(5);
        _gates = spec.In(6);
        _states = spec.In(7);
        _dLastC = hasCell ? spec.In(8) : null;
        _results = [.. Enumerable.Range(0, 6).Select(i => spec.HasOut(i) ? spec.Out(i) : null)];
        int hidden = layout.Hidden;
        int all = layout.Directions * layout.Gates * hidden;
        int rows = checked(layout.Steps * layout.Batch);
        _stateWidth = (hasCell ? 2 : 1) * hidden;
        _width = all + Gap;
        _writesInPlace = parts == layout.Gates && Padded == hidden;
        _inputs = new(rows, layout.Inputs, all, lda: _width);
        _weights = new(all, layout.Inputs, rows, transA: true, lda: _width);
        _recurrents = new(stateGates * hidden, hidden, rows, transA: true, lda: _width, ldb: _stateWidth);
        _met = new((layout.Gates - stateGates) * hidden, hidden, rows, transA: true, lda: _width, ldb: parts * hidden);
        Recurrent = new PackedProduct<T>(hidden, hidden, Padded);
        nint most = layout.MostRows;
        _workLength = ((2 * most) + (most * parts) + parts + SpareRows) * Padded;
        _products = spec.Scratch(Math.Max(_weights.ScratchBytes, Math.Max(_recurrents.ScratchBytes, _met.ScratchBytes)));
        _packed = spec.Scratch(checked((long)layout.Directions * layout.Gates * Recurrent.Length * sizeof(T)));
        _work = spec.Scratch(checked((long)layout.Items * _workLength * sizeof(T)));
        _dInput = spec.Scratch(checked((long)rows * _width * sizeof(T)));
        _dRecurrent = splits ? spec.Scratch(checked((long)rows * _width * sizeof(T))) : _dInput;
    }

    /// <summary>The sizes.</summary>
    protected RecurrentLayout Layout { get; }

    /// <summary>Units rounded up to whole vectors.</summary>
    protected int Padded { get; }

    /// <summary>The product of a gate's gradients with its R.</summary>
    protected PackedProduct<T> Recurrent { get; }

    /// <summary>The kernel.</summary>
    public Kernel ToKernel()
    {
        Action<int> pack = Pack;
        Action<int> item = Item;
        return team =>
        {
            team.Run(Layout.Directions * Layout.Gates, pack);
            team.Run(Layout.Items, item);
            ReduceBiases();
            Multiply(team);
        };
    }

    /// <summary>One time step: from the gradients of the states after it in <c>H</c> and <c>C</c> those of the gates in <c>G</c>, zero for sequences that have
    /// ended, and those of the states before it.</summary>
    /// <param name="rows">The sequences.</param>
    /// <param name="spare">Room for eight rows of units, zero past the units.</param>
    protected abstract void Step(in RecurrentRows<T> rows, T* spare);

    /// <summary>Whether a sequence has ended before this time; its gates' gradients are then set to zero.</summary>
    protected bool IsOver(in RecurrentRows<T> rows, int row)
    {
        bool isOver = rows.Time >= ((int*)_lengths.Pointer)[_lengths.Shape.Length == 0 ? 0 : rows.First + row];
        if (isOver)
        {
            new Span<T>(rows.G + (row * rows.GRow), _parts * Padded).Clear();
        }

        return isOver;
    }

    /// <summary>A gate's packed R.</summary>
    protected T* PackedR(int direction, int gate) => (T*)_packed.Pointer + (((direction * Layout.Gates) + gate) * Recurrent.Length);

    /// <summary>What was kept of a sequence, part by part of padded length, in memory that may be read by whole vectors.</summary>
    /// <param name="rows">The sequences.</param>
    /// <param name="row">The sequence.</param>
    /// <param name="spare">Room for as many rows of units as there are parts.</param>
    protected T* Gates(in RecurrentRows<T> rows, int row, T* spare) => Whole(
        (T*)_gates.Pointer + Layout.Saved(rows.Direction, Layout.Steps, rows.Time, rows.First + row, _parts * Layout.Hidden), _parts, spare);

    /// <summary>A sequence's hidden or cell state before or after the step, in memory that may be read by whole vectors.</summary>
    /// <param name="rows">The sequences.</param>
    /// <param name="row">The sequence.</param>
    /// <param name="isAfter">Whether the state after the step is meant.</param>
    /// <param name="isCell">Whether the cell state is meant.</param>
    /// <param name="spare">Room for a row of units.</param>
    protected T* State(in RecurrentRows<T> rows, int row, bool isAfter, bool isCell, T* spare)
    {
        int place = rows.Time + (isAfter != Layout.Reverse[rows.Direction] ? 1 : 0);
        return Whole(
            (T*)_states.Pointer + Layout.Saved(rows.Direction, Layout.Steps + 1, place, rows.First + row, _stateWidth) + (isCell ? Layout.Hidden : 0), 1, spare);
    }

    private T* Whole(T* from, int parts, T* spare)
    {
        if (Padded == Layout.Hidden)
        {
            return from;
        }

        for (int part = 0; part < parts; part++)
        {
            new ReadOnlySpan<T>(from + (part * Layout.Hidden), Layout.Hidden).CopyTo(new Span<T>(spare + (part * Padded), Layout.Hidden));
        }

        return spare;
    }

    private void Pack(int item)
    {
        T* r = (T*)_r.Pointer + ((nint)item * Layout.Hidden * Layout.Hidden);
        Recurrent.Pack(r, 1, Layout.Hidden, 0, Layout.Hidden, (T*)_packed.Pointer + (item * Recurrent.Length));
    }

    private T* Biases(int item) => (T*)_work.Pointer + (item * _workLength);

    private void Item(int item)
    {
        (int direction, int first, int count) = Layout.Item(item);
        T* biases = Biases(item);
        T* spare = biases + (_parts * Padded);
        new Span<T>(biases, (_parts + SpareRows) * Padded).Clear();
        var rows = new RecurrentRows<T> { Direction = direction, First = first, Count = count, GRow = (nint)_parts * Padded, H = spare + (SpareRows * Padded) };
        rows.C = rows.H + ((nint)Layout.MostRows * Padded);
        T* gradients = rows.C + ((nint)Layout.MostRows * Padded);
        Begin(_dLastH, rows, rows.H);
        Begin(_dLastC, rows, rows.C);
        for (int step = Layout.Steps - 1; step >= 0; step--)
        {
            rows.Time = Layout.Time(direction, step);
            nint place = ((((nint)rows.Time * Layout.Batch) + first) * _width) + (direction * Layout.Gates * Layout.Hidden);
            rows.G = _writesInPlace ? (T*)_dInput.Pointer + place : gradients;
            rows.GRow = _writesInPlace ? _width : (nint)_parts * Padded;
            AddGiven(rows);
            Step(rows, spare);
            for (int row = 0; row < count; row++)
            {
                var from = new ReadOnlySpan<T>(rows.G + (row * rows.GRow), _parts * Padded);
                var sums = new Span<T>(biases, _parts * Padded);
                TensorPrimitives.Add(sums, from, sums);
                if (!_writesInPlace)
                {
                    Keep(rows.G + (row * rows.GRow), place + (row * _width));
                }
            }
        }

        End(rows, rows.H, _results[4]);
        End(rows, rows.C, _results[5]);
    }

    private void Keep(T* from, nint place)
    {
        for (int gate = 0; gate < Layout.Gates; gate++)
        {
            nint to = place + (gate * Layout.Hidden);
            new ReadOnlySpan<T>(from + (gate * Padded), Layout.Hidden).CopyTo(new Span<T>((T*)_dInput.Pointer + to, Layout.Hidden));
            if (_dRecurrent != _dInput)
            {
                new ReadOnlySpan<T>(from + (RecurrentPart(gate) * Padded), Layout.Hidden).CopyTo(new Span<T>((T*)_dRecurrent.Pointer + to, Layout.Hidden));
            }
        }
    }

    private int RecurrentPart(int gate) => _dRecurrent != _dInput && gate == Layout.Gates - 1 ? _parts - 1 : gate;

    private void Begin(Slot? last, in RecurrentRows<T> rows, T* states)
    {
        new Span<T>(states, rows.Count * Padded).Clear();
        for (int row = 0; last is not null && row < rows.Count; row++)
        {
            var to = new Span<T>(states + (row * Padded), Layout.Hidden);
            if (last.Length == 1)
            {
                to.Fill(*(T*)last.Pointer);
            }
            else
            {
                new ReadOnlySpan<T>((T*)last.Pointer + Layout.State(rows.Direction, rows.First + row), Layout.Hidden).CopyTo(to);
            }
        }
    }

    private void AddGiven(in RecurrentRows<T> rows)
    {
        bool isOne = _dY.Length == 1;
        for (int row = 0; row < rows.Count && !(isOne && T.IsZero(*(T*)_dY.Pointer)); row++)
        {
            if (IsOver(rows, row))
            {
                continue;
            }

            var h = new Span<T>(rows.H + (row * Padded), Layout.Hidden);
            if (isOne)
            {
                TensorPrimitives.Add(h, *(T*)_dY.Pointer, h);
            }
            else
            {
                TensorPrimitives.Add(h, new ReadOnlySpan<T>((T*)_dY.Pointer + Layout.Y(rows.Time, rows.Direction, rows.First + row), Layout.Hidden), h);
            }
        }
    }

    private void End(in RecurrentRows<T> rows, T* states, Slot? to)
    {
        for (int row = 0; to is not null && row < rows.Count; row++)
        {
            new ReadOnlySpan<T>(states + (row * Padded), Layout.Hidden)
                .CopyTo(new Span<T>((T*)to.Pointer + Layout.State(rows.Direction, rows.First + row), Layout.Hidden));
        }
    }

    private void ReduceBiases()
    {
        for (int row = 0; _results[3] is not null && row < Layout.Directions * 2 * Layout.Gates; row++)
        {
            int gate = row % Layout.Gates;
            int direction = row / (2 * Layout.Gates);
            int part = row / Layout.Gates % 2 == 0 ? gate : RecurrentPart(gate);
            var sum = new Span<T>((T*)_results[3]!.Pointer + ((nint)row * Layout.Hidden), Layout.Hidden);
            sum.Clear();
            for (int block = 0; block < Layout.Blocks; block++)
            {
                TensorPrimitives.Add(sum, new ReadOnlySpan<T>(Biases((direction * Layout.Blocks) + block) + (part * Padded), Layout.Hidden), sum);
            }
        }
    }

    private void Multiply(Team team)
    {
        var sum = new GemmEpilogue<T>();
        T* dInput = (T*)_dInput.Pointer;
        if (_results[0] is { } dX)
        {
            _inputs.Run(team, dInput, (T*)_w.Pointer, (T*)dX.Pointer, sum);
        }

        if (_results[1] is { } dW)
        {
            _weights.Run(team, dInput, (T*)_x.Pointer, (T*)dW.Pointer, sum, _products.Pointer);
        }

        nint rows = (nint)Layout.Gates * Layout.Hidden;
        nint met = (nint)_stateGates * Layout.Hidden;
        for (int direction = 0; _results[2] is not null && direction < Layout.Directions; direction++)
        {
            T* given = (T*)_dRecurrent.Pointer + (direction * rows);
            T* dR = (T*)_results[2]!.Pointer + (direction * rows * Layout.Hidden);
            T* states = (T*)_states.Pointer + Layout.Saved(direction, Layout.Steps + 1, Layout.Reverse[direction] ? 1 : 0, 0, _stateWidth);
            T* kept = (T*)_gates.Pointer + Layout.Saved(direction, Layout.Steps, 0, 0, _parts * Layout.Hidden) + ((_parts - 1) * Layout.Hidden);
            _recurrents.Run(team, given, states, dR, sum, _products.Pointer);
            _met.Run(team, given + met, kept, dR + (met * Layout.Hidden), sum, _products.Pointer);
        }
    }
}
