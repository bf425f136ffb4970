using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>Axes and shapes that come as constants.</summary>
internal static class Axes
{
    /// <summary>An axis that inference has checked, counted from the front.</summary>
    public static int Of(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    /// <summary>Distinct axes counted from the front, in the order given.</summary>
    public static int[] Of(InferenceScope scope, IEnumerable<long> axes, int rank)
    {
        int[] result = [.. axes.Select(a => scope.Axis(a, rank))];
        return result.Distinct().Count() == result.Length
            ? result
            : throw scope.Error($"axes [{string.Join(",", axes)}] name one of rank {rank} twice");
    }

    /// <summary>Dimensions of which nothing is known, as many as a vector input has elements; null when not even that is known.</summary>
    public static TensorShape? Unknown(InferenceScope scope, int input) => scope.Shape(input) is { Rank: 1 } vector && vector[0].IsKnown
        ? new TensorShape([.. Enumerable.Repeat(Dim.Unknown, vector[0].Size)])
        : null;

    /// <summary>A size that the user gave, as a dimension.</summary>
    public static Dim Size(InferenceScope scope, long size) => size is >= 0 and <= int.MaxValue
        ? Dim.Of((int)size)
        : throw scope.Error($"size {size} is not one of 0 to 2^31 - 1");

    /// <summary>Zeros of the shape of another value.</summary>
    public static Value ZerosLike(this GraphBuilder g, Value like) => g.ExpandLike(g.Scalar(0, like.Type.Type), like);
}
