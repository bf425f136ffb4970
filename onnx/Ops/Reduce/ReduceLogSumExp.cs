using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = ln(Σ eˣ) over axes, shifted by the largest element so that nothing overflows.</summary>
internal sealed unsafe class ReduceLogSumExp : Reduce
{
    public override OpSchema Schema { get; } = SchemaOf(18, WideNumbers);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Mul(KeepDims(s, s.DY), g.Exp(g.Sub(s.In(0), KeepDims(s, s.Out())))), null];
    });

    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) =>
        typeof(T) == typeof(float) ? Compile<T, float>(spec, reduced) : Compile<T, double>(spec, reduced);

    // Exponentials of integers are no integers: they are added up in double.
    private static Kernel Compile<T, TSum>(KernelSpec spec, bool[] reduced)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
        where TSum : unmanaged, INumber<TSum>
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        Slot shifted = spec.Scratch((long)x.Length * sizeof(TSum));
        Slot sums = spec.Scratch((long)y.Length * sizeof(TSum));
        int[] kept = [.. x.Shape.ToArray().Select((size, d) => reduced[d] ? 1 : size)];
        Kernel largest = Reduction.Make<T, Reduction.Largest<T>>(spec, reduced, null);
        Kernel shift = Broadcast.Rows(x, new BroadcastLayout(x.Shape, kept), (layout, row, start, count) =>
        {
            int step = layout.InnerStride(0);
            T* top = (T*)y.Pointer + layout.Offset(0, row) + (start * step);
            T* from = (T*)x.Pointer + ((long)row * layout.Inner) + start;
            TSum* to = (TSum*)shifted.Pointer + ((long)row * layout.Inner) + start;
            for (int i = 0; i < count; i++)
            {
                T by = top[i * step];
                to[i] = TSum.CreateTruncating(Math.Exp(double.CreateTruncating(from[i]) - (T.IsInfinity(by) ? 0 : double.CreateTruncating(by))));
            }
        });
        Kernel sum = Reduction.Make<TSum, Reduction.Sum<TSum>>(spec, shifted, x.Shape, sums, reduced, null);
        return team =>
        {
            largest(team);
            shift(team);
            sum(team);
            T* to = (T*)y.Pointer;
            for (int i = 0; i < y.Length; i++)
            {
                double by = T.IsInfinity(to[i]) ? 0 : double.CreateTruncating(to[i]);
                to[i] = T.CreateTruncating(by + Math.Log(double.CreateTruncating(((TSum*)sums.Pointer)[i])));
            }
        };
    }
}
