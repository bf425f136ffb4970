using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Anneal.Onnx.Kernels;

internal readonly unsafe struct Ops256<T> : IVectorOps<Vector256<T>, T>
    where T : unmanaged
{
    public static int Width => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Constant(double value) =>
        typeof(T) == typeof(float) ? Vector256.Create((float)value).As<float, T>() : Vector256.Create(value).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load(T* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Broadcast(T* source) => Vector256.Create(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> left, Vector256<T> right, Vector256<T> addend) => typeof(T) == typeof(float)
        ? Vector256.MultiplyAddEstimate(left.AsSingle(), right.AsSingle(), addend.AsSingle()).As<float, T>()
        : Vector256.MultiplyAddEstimate(left.AsDouble(), right.AsDouble(), addend.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Add(Vector256<T> left, Vector256<T> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Subtract(Vector256<T> left, Vector256<T> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Multiply(Vector256<T> left, Vector256<T> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> And(Vector256<T> left, Vector256<T> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Relu(Vector256<T> value) => Vector256.ConditionalSelect(Vector256.LessThan(value, Vector256<T>.Zero), Vector256<T>.Zero, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> WherePositive(Vector256<T> mask, Vector256<T> value) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(mask, Vector256<T>.Zero), value, Vector256<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Even(Vector256<T> low, Vector256<T> high) => typeof(T) == typeof(float)
        ? Avx2.Permute4x64(Avx.Shuffle(low.AsSingle(), high.AsSingle(), 0x88).AsDouble(), 0xD8).As<double, T>()
        : Avx2.Permute4x64(Avx.Shuffle(low.AsDouble(), high.AsDouble(), 0), 0xD8).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Odd(Vector256<T> low, Vector256<T> high) => typeof(T) == typeof(float)
        ? Avx2.Permute4x64(Avx.Shuffle(low.AsSingle(), high.AsSingle(), 0xDD).AsDouble(), 0xD8).As<double, T>()
        : Avx2.Permute4x64(Avx.Shuffle(low.AsDouble(), high.AsDouble(), 15), 0xD8).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> ZipLow(Vector256<T> even, Vector256<T> odd) => typeof(T) == typeof(float)
        ? Avx.Permute2x128(Avx.UnpackLow(even.AsSingle(), odd.AsSingle()), Avx.UnpackHigh(even.AsSingle(), odd.AsSingle()), 0x20).As<float, T>()
        : Avx.Permute2x128(Avx.UnpackLow(even.AsDouble(), odd.AsDouble()), Avx.UnpackHigh(even.AsDouble(), odd.AsDouble()), 0x20).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> ZipHigh(Vector256<T> even, Vector256<T> odd) => typeof(T) == typeof(float)
        ? Avx.Permute2x128(Avx.UnpackLow(even.AsSingle(), odd.AsSingle()), Avx.UnpackHigh(even.AsSingle(), odd.AsSingle()), 0x31).As<float, T>()
        : Avx.Permute2x128(Avx.UnpackLow(even.AsDouble(), odd.AsDouble()), Avx.UnpackHigh(even.AsDouble(), odd.AsDouble()), 0x31).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<T> value, T* destination) => value.Store(destination);
}
