using System.Numerics;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Ops;

/// <summary>As many elements as a vector holds.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
internal readonly struct UpdateLanes<T>(Vector512<T> value) : IUpdateNumber<UpdateLanes<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Vector512<T> Value => value;

    public static UpdateLanes<T> operator +(UpdateLanes<T> left, UpdateLanes<T> right) => new(left.Value + right.Value);

    public static UpdateLanes<T> operator -(UpdateLanes<T> left, UpdateLanes<T> right) => new(left.Value - right.Value);

    public static UpdateLanes<T> operator *(UpdateLanes<T> left, UpdateLanes<T> right) => new(left.Value * right.Value);

    public static UpdateLanes<T> operator /(UpdateLanes<T> left, UpdateLanes<T> right) => new(left.Value / right.Value);

    public static UpdateLanes<T> Sqrt(UpdateLanes<T> x) => new(Vector512.Sqrt(x.Value));

    // A NaN stays one.
    public static UpdateLanes<T> Sign(UpdateLanes<T> x) => new(Vector512.ConditionalSelect(
        Vector512.GreaterThan(x.Value, Vector512<T>.Zero),
        Vector512<T>.One,
        Vector512.ConditionalSelect(Vector512.LessThan(x.Value, Vector512<T>.Zero), -Vector512<T>.One, x.Value)));

    public static UpdateLanes<T> Max(UpdateLanes<T> a, UpdateLanes<T> b) => new(Vector512.Max(a.Value, b.Value));

    public static UpdateLanes<T> Pow(UpdateLanes<T> x, UpdateLanes<T> y) => throw new NotSupportedException("a power is a factor of the step, not of an element");

    public UpdateLanes<T> Number(double number) => new(Vector512.Create(T.CreateTruncating(number)));
}
