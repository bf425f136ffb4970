using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>An update whose body and kernel come from one formula.</summary>
/// <typeparam name="TRule">The formula.</typeparam>
internal abstract unsafe class Update<TRule> : Update
    where TRule : struct, IUpdateRule
{
    public const int MaxFactors = 10;

    private const int MaxStates = 3;

    public override OpSchema Schema { get; } = SchemaOf(
        ["W", "G", .. TRule.State, "lr", .. TRule.UsesStep ? (string[])["step"] : []],
        ["W2", .. TRule.State.Select(s => s + "2")],
        TRule.Settings);

    public override IReadOnlyList<(int Output, int Input)> InPlace { get; } =
        [(0, 0), .. Enumerable.Range(0, TRule.State.Length).Select(i => (i + 1, i + 2))];

    public override Function Body
    {
        get
        {
            BodyBuilder b = Begin();
            string one = b.Constant(Tensor.Scalar(1.0));
            Span<UpdateSymbol> wide = new UpdateSymbol[TRule.FactorCount];
            UpdateSymbol rate = new(b, b.Op("CastLike", "lr", one), one);
            TRule.Factors(
                [.. TRule.Settings.Select(s => new UpdateSymbol(b, b.FloatAttribute(s, one), one))],
                rate,
                TRule.UsesStep ? new(b, b.Op("CastLike", "step", one), one) : rate,
                wide);
            var factors = new UpdateSymbol[wide.Length];
            for (int i = 0; i < factors.Length; i++)
            {
                factors[i] = new UpdateSymbol(b, b.Op("CastLike", wide[i].Name, "W"), "W");
            }

            var states = new UpdateSymbol[MaxStates];
            for (int i = 0; i < TRule.State.Length; i++)
            {
                states[i] = new UpdateSymbol(b, TRule.State[i], "W");
            }

            UpdateSymbol w = TRule.Apply(new(b, "W", "W"), new(b, "G", "W"), ref states[0], ref states[1], ref states[2], factors);
            b.Return("W2", w.Name);
            for (int i = 0; i < TRule.State.Length; i++)
            {
                b.Return(TRule.State[i] + "2", states[i].Name);
            }

            return b.Build();
        }
    }

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        int states = TRule.State.Length;
        int length = spec.In(0).Length;
        Slot lr = spec.In(2 + states);
        Slot? step = TRule.UsesStep ? spec.In(3 + states) : null;
        UpdateReal[] settings = [.. TRule.Settings.Select(s => new UpdateReal(spec.Attributes.Float(s, 0)))];
        var wide = new UpdateReal[TRule.FactorCount];
        var factors = new T[TRule.FactorCount];
        Slot[] from = [spec.In(0), spec.In(1), .. Enumerable.Range(2, states).Select(spec.In)];
        Slot[] to = [spec.Out(), .. Enumerable.Range(1, states).Select(i => spec.HasOut(i) ? spec.Out(i) : spec.Scratch(spec.In(0).ByteLength))];
        Action<int> body = item =>
        {
            int start = item * Elementwise.Chunk;
            Run(from, to, factors, start, Math.Min(Elementwise.Chunk, length - start));
        };
        int items = Elementwise.Items(length);
        return team =>
        {
            var rate = new UpdateReal(double.CreateTruncating(*(T*)lr.Pointer));
            TRule.Factors(settings, rate, step is null ? rate : new UpdateReal(*(long*)step.Pointer), wide);
            for (int i = 0; i < factors.Length; i++)
            {
                factors[i] = T.CreateTruncating(wide[i].Value);
            }

            team.Run(items, body);
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<T>(Slot[] from, Slot[] to, T[] factors, int start, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<UpdateLanes<T>> k = stackalloc UpdateLanes<T>[MaxFactors];
        for (int i = 0; i < factors.Length; i++)
        {
            k[i] = new UpdateLanes<T>(Vector512.Create(factors[i]));
        }

        int states = TRule.State.Length;
        T** x = stackalloc T*[2 + MaxStates];
        T** y = stackalloc T*[1 + MaxStates];
        for (int i = 0; i < from.Length; i++)
        {
            x[i] = (T*)from[i].Pointer + start;
        }

        for (int i = 0; i < to.Length; i++)
        {
            y[i] = (T*)to[i].Pointer + start;
        }

        int lanes = Vector512<T>.Count;
        int done = 0;
        for (; done <= count - lanes; done += lanes)
        {
            Lanes(x, y, states, done, k);
        }

        if (done == count)
        {
            return;
        }

        // The rest goes through the same lanes in a copy.
        T* rest = stackalloc T[(3 + (2 * MaxStates)) * lanes];
        T** restX = stackalloc T*[2 + MaxStates];
        T** restY = stackalloc T*[1 + MaxStates];
        for (int i = 0; i < from.Length; i++)
        {
            restX[i] = rest + (i * lanes);
            new ReadOnlySpan<T>(x[i] + done, count - done).CopyTo(new Span<T>(restX[i], lanes));
        }

        for (int i = 0; i < to.Length; i++)
        {
            restY[i] = rest + ((from.Length + i) * lanes);
        }

        Lanes(restX, restY, states, 0, k);
        for (int i = 0; i < to.Length; i++)
        {
            new ReadOnlySpan<T>(restY[i], count - done).CopyTo(new Span<T>(y[i] + done, count - done));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lanes<T>(T** x, T** y, int states, int at, ReadOnlySpan<UpdateLanes<T>> k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        UpdateLanes<T> a = states > 0 ? Load(x[2] + at) : default;
        UpdateLanes<T> b = states > 1 ? Load(x[3] + at) : default;
        UpdateLanes<T> c = states > 2 ? Load(x[4] + at) : default;
        UpdateLanes<T> w = TRule.Apply(Load(x[0] + at), Load(x[1] + at), ref a, ref b, ref c, k);
        w.Value.Store(y[0] + at);
        if (states > 0)
        {
            a.Value.Store(y[1] + at);
        }

        if (states > 1)
        {
            b.Value.Store(y[2] + at);
        }

        if (states > 2)
        {
            c.Value.Store(y[3] + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UpdateLanes<T> Load<T>(T* at)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(Vector512.Load(at));
}
