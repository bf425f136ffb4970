using System.Numerics;

namespace Anneal.Onnx.Kernels;

/// <summary>How an update meets the element that it is written to.</summary>
internal interface IScatterReduction<T>
{
    /// <summary>The element's new value.</summary>
    static abstract T Combine(T element, T update);
}

internal readonly struct ScatterReplace<T> : IScatterReduction<T>
{
    public static T Combine(T element, T update) => update;
}

internal readonly struct ScatterAdd<T> : IScatterReduction<T>
    where T : INumber<T>
{
    public static T Combine(T element, T update) => element + update;
}

internal readonly struct ScatterMul<T> : IScatterReduction<T>
    where T : INumber<T>
{
    public static T Combine(T element, T update) => element * update;
}

internal readonly struct ScatterMin<T> : IScatterReduction<T>
    where T : INumber<T>
{
    public static T Combine(T element, T update) => T.Min(element, update);
}

internal readonly struct ScatterMax<T> : IScatterReduction<T>
    where T : INumber<T>
{
    public static T Combine(T element, T update) => T.Max(element, update);
}
