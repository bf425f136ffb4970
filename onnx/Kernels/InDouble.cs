using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>A function that is computed in double and rounded once: of float it gives the nearest value or its neighbour.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
/// <typeparam name="TFunction">The function.</typeparam>
internal readonly struct InDouble<T, TFunction>(TFunction function) : IVectorFunction<T>
    where T : unmanaged
    where TFunction : struct, IVectorFunction<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Of(Vector512<T> x)
    {
        if (typeof(T) == typeof(double))
        {
            return function.Of(x.AsDouble()).As<double, T>();
        }

        (Vector512<double> low, Vector512<double> high) = Vector512.Widen(x.AsSingle());
        return Vector512.Narrow(function.Of(low), function.Of(high)).As<float, T>();
    }
}
