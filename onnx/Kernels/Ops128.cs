using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Anneal.Onnx.Kernels;

internal readonly unsafe struct Ops128<T> : IVectorOps<Vector128<T>, T>
    where T : unmanaged
{
    public static int Width => Vector128<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Constant(double value) =>
        typeof(T) == typeof(float) ? Vector128.Create((float)value).As<float, T>() : Vector128.Create(value).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Load(T* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Broadcast(T* source) => Vector128.Create(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> MultiplyAdd(Vector128<T> left, Vector128<T> right, Vector128<T> addend) => typeof(T) == typeof(float)
        ? Vector128.MultiplyAddEstimate(left.AsSingle(), right.AsSingle(), addend.AsSingle()).As<float, T>()
        : Vector128.MultiplyAddEstimate(left.AsDouble(), right.AsDouble(), addend.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Add(Vector128<T> left, Vector128<T> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Subtract(Vector128<T> left, Vector128<T> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Multiply(Vector128<T> left, Vector128<T> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> And(Vector128<T> left, Vector128<T> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Relu(Vector128<T> value) => Vector128.ConditionalSelect(Vector128.LessThan(value, Vector128<T>.Zero), Vector128<T>.Zero, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> WherePositive(Vector128<T> mask, Vector128<T> value) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(mask, Vector128<T>.Zero), value, Vector128<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Even(Vector128<T> low, Vector128<T> high) => typeof(T) == typeof(float) && Sse.IsSupported
        ? Sse.Shuffle(low.AsSingle(), high.AsSingle(), 0x88).As<float, T>()
        : typeof(T) == typeof(float)
        ? Vector128.ConditionalSelect(
            Vector128.Create(-1, -1, 0, 0).AsSingle(),
            Vector128.Shuffle(low.AsSingle(), Vector128.Create(0, 2, 0, 2)),
            Vector128.Shuffle(high.AsSingle(), Vector128.Create(0, 2, 0, 2))).As<float, T>()
        : Vector128.ConditionalSelect(
            Vector128.Create(-1L, 0L).AsDouble(),
            Vector128.Shuffle(low.AsDouble(), Vector128.Create(0, 0L)),
            Vector128.Shuffle(high.AsDouble(), Vector128.Create(0, 0L))).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Odd(Vector128<T> low, Vector128<T> high) => typeof(T) == typeof(float) && Sse.IsSupported
        ? Sse.Shuffle(low.AsSingle(), high.AsSingle(), 0xDD).As<float, T>()
        : typeof(T) == typeof(float)
        ? Vector128.ConditionalSelect(
            Vector128.Create(-1, -1, 0, 0).AsSingle(),
            Vector128.Shuffle(low.AsSingle(), Vector128.Create(1, 3, 1, 3)),
            Vector128.Shuffle(high.AsSingle(), Vector128.Create(1, 3, 1, 3))).As<float, T>()
        : Vector128.ConditionalSelect(
            Vector128.Create(-1L, 0L).AsDouble(),
            Vector128.Shuffle(low.AsDouble(), Vector128.Create(1, 1L)),
            Vector128.Shuffle(high.AsDouble(), Vector128.Create(1, 1L))).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> ZipLow(Vector128<T> even, Vector128<T> odd) => typeof(T) == typeof(float)
        ? Vector128.ConditionalSelect(
            Vector128.Create(-1, 0, -1, 0).AsSingle(),
            Vector128.Shuffle(even.AsSingle(), Vector128.Create(0, 0, 1, 1)),
            Vector128.Shuffle(odd.AsSingle(), Vector128.Create(0, 0, 1, 1))).As<float, T>()
        : Vector128.ConditionalSelect(
            Vector128.Create(-1L, 0L).AsDouble(),
            Vector128.Shuffle(even.AsDouble(), Vector128.Create(0, 0L)),
            Vector128.Shuffle(odd.AsDouble(), Vector128.Create(0, 0L))).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> ZipHigh(Vector128<T> even, Vector128<T> odd) => typeof(T) == typeof(float)
        ? Vector128.ConditionalSelect(
            Vector128.Create(-1, 0, -1, 0).AsSingle(),
            Vector128.Shuffle(even.AsSingle(), Vector128.Create(2, 2, 3, 3)),
            Vector128.Shuffle(odd.AsSingle(), Vector128.Create(2, 2, 3, 3))).As<float, T>()
        : Vector128.ConditionalSelect(
            Vector128.Create(-1L, 0L).AsDouble(),
            Vector128.Shuffle(even.AsDouble(), Vector128.Create(1, 1L)),
            Vector128.Shuffle(odd.AsDouble(), Vector128.Create(1, 1L))).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<T> value, T* destination) => value.Store(destination);
}
