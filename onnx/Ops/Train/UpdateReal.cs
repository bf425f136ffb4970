namespace Anneal.Onnx.Ops;

/// <summary>A double, in which a step's factors are computed.</summary>
internal readonly record struct UpdateReal(double Value) : IUpdateNumber<UpdateReal>
{
    public static UpdateReal operator +(UpdateReal left, UpdateReal right) => new(left.Value + right.Value);

    public static UpdateReal operator -(UpdateReal left, UpdateReal right) => new(left.Value - right.Value);

    public static UpdateReal operator *(UpdateReal left, UpdateReal right) => new(left.Value * right.Value);

    public static UpdateReal operator /(UpdateReal left, UpdateReal right) => new(left.Value / right.Value);

    public static UpdateReal Sqrt(UpdateReal x) => new(Math.Sqrt(x.Value));

    public static UpdateReal Sign(UpdateReal x) => new(x.Value > 0 ? 1 : x.Value < 0 ? -1 : x.Value);

    public static UpdateReal Max(UpdateReal a, UpdateReal b) => new(Math.Max(a.Value, b.Value));

    public static UpdateReal Pow(UpdateReal x, UpdateReal y) => new(Math.Pow(x.Value, y.Value));

    public UpdateReal Number(double value) => new(value);
}
