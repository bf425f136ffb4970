namespace Anneal.Onnx.Ops;

/// <summary>The index of the largest element along an axis: of the first one of equals, or of the last.</summary>
internal sealed class ArgMax : ArgExtremum
{
    protected override bool IsBetter<T>(T value, T best) => value > best;
}
