using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>What the register blocks share: a row's sums over up to 3 vectors of columns.</summary>
/// <remarks>The count is a type argument, so the compiler drops the columns that a block does not have.</remarks>
internal abstract unsafe class RegisterBlock<T, TVector, TOps, TColumns>
    where T : unmanaged
    where TVector : struct
    where TOps : IVectorOps<TVector, T>
    where TColumns : ICount
{
    /// <summary>One step of k: c += x·b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void Step(TVector x, TVector b0, TVector b1, TVector b2, ref TVector c0, ref TVector c1, ref TVector c2)
    {
        c0 = TOps.MultiplyAdd(x, b0, c0);
        if (TColumns.Value > 1)
        {
            c1 = TOps.MultiplyAdd(x, b1, c1);
        }

        if (TColumns.Value > 2)
        {
            c2 = TOps.MultiplyAdd(x, b2, c2);
        }
    }

    /// <summary>Leaves a row's sums at c, added to what is there or over it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void Write(TVector c0, TVector c1, TVector c2, T* c, bool add)
    {
        TOps.Store(add ? TOps.Add(TOps.Load(c), c0) : c0, c);
        if (TColumns.Value > 1)
        {
            TOps.Store(add ? TOps.Add(TOps.Load(c + TOps.Width), c1) : c1, c + TOps.Width);
        }

        if (TColumns.Value > 2)
        {
            TOps.Store(add ? TOps.Add(TOps.Load(c + (2 * TOps.Width)), c2) : c2, c + (2 * TOps.Width));
        }
    }
}
