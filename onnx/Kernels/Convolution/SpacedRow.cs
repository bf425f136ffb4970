using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>A row of the target of a product over taps, of which the grid has every n-th element.</summary>
internal static unsafe class SpacedRow<T>
    where T : unmanaged
{
    /// <summary>Writes the grid's elements.</summary>
    /// <param name="from">The elements.</param>
    /// <param name="to">Where the first is written.</param>
    /// <param name="length">Their number.</param>
    /// <param name="spacing">Elements of the row from one to the next.</param>
    /// <param name="room">Elements from the first to the row's end: those between may be read and written as they are.</param>
    public static void Put(T* from, T* to, int length, int spacing, int room)
    {
        if (spacing == 1)
        {
            new ReadOnlySpan<T>(from, length).CopyTo(new Span<T>(to, length));
            return;
        }

        for (int j = spacing == 2 ? PutEveryOther(from, to, length, room) : 0; j < length; j++)
        {
            to[j * spacing] = from[j];
        }
    }

    private static int PutEveryOther(T* from, T* to, int length, int room)
    {
        int done = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            done = PutEveryOther<Vector512<T>, Ops512<T>>(from, to, done, length, room);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            done = PutEveryOther<Vector256<T>, Ops256<T>>(from, to, done, length, room);
        }

        return PutEveryOther<Vector128<T>, Ops128<T>>(from, to, done, length, room);
    }

    private static int PutEveryOther<TVector, TOps>(T* from, T* to, int done, int length, int room)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
    {
        for (; done <= length - TOps.Width && 2 * (done + TOps.Width) <= room; done += TOps.Width)
        {
            T* low = to + (2 * done);
            T* high = low + TOps.Width;
            TVector between = TOps.Odd(TOps.Load(low), TOps.Load(high));
            TVector value = TOps.Load(from + done);
            TOps.Store(TOps.ZipLow(value, between), low);
            TOps.Store(TOps.ZipHigh(value, between), high);
        }

        return done;
    }
}
