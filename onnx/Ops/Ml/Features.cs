using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>Rows of features: [N, C], or one row [C].</summary>
internal static class Features
{
    /// <summary>The element types of a table of numbers.</summary>
    public static TypeSet Numbers { get; } = TypeSet.Of(Tensors.DType.Float, Tensors.DType.Double, Tensors.DType.Int64, Tensors.DType.Int32);

    /// <summary>Refuses an input that is no rows of as many features as numbers are given for them.</summary>
    /// <param name="scope">The node, whose first input has the features.</param>
    /// <param name="count">The numbers.</param>
    /// <param name="what">What they are, in errors.</param>
    public static void Check(InferenceScope scope, int count, string what)
    {
        if (scope.Shape(0) is not { } shape)
        {
            return;
        }

        if (shape.Rank is not (1 or 2))
        {
            throw scope.NotSupported($"an input of shape {shape} is not supported, expected rows [N, C] or one row [C]");
        }

        if (shape[-1] is { IsKnown: true } features && features.Size != count)
        {
            throw scope.Error(FormattableString.Invariant($"{count} {what} are given for {features.Size} features"));
        }
    }

    /// <summary>The number of rows of an operand.</summary>
    public static int Rows(ReadOnlySpan<int> shape) => shape.Length == 1 ? 1 : shape[0];

    /// <summary>The number of rows of a value.</summary>
    public static Dim Rows(TensorShape? shape) => shape is { } known ? known.Rank == 1 ? 1 : known[0] : Dim.Unknown;
}
