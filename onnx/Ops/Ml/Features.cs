using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Rows of features: [N, C], or one row [C].</summary>
internal static class Features
{
    /// <summary>The element types of a table of numbers.</summary>
    public static TypeSet Numbers { get; } = TypeSet.Of(DType.Float, DType.Double, DType.Int64, DType.Int32);

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

        CheckRank(scope);
        if (shape[-1] is { IsKnown: true } features && features.Size != count)
        {
            throw scope.Error(FormattableString.Invariant($"{count} {what} are given for {features.Size} features"));
        }
    }

    /// <summary>Refuses an input that is no rows of features.</summary>
    /// <param name="scope">The node, whose first input has the features.</param>
    public static void CheckRank(InferenceScope scope)
    {
        if (scope.Shape(0) is { Rank: not (1 or 2) } shape)
        {
            throw scope.NotSupported($"an input of shape {shape} is not supported, expected rows [N, C] or one row [C]");
        }
    }

    /// <summary>Refuses a node of which not exactly the one of two lists is given that is of the kind of its input.</summary>
    /// <param name="scope">The node.</param>
    /// <param name="isFirst">Whether the input is of the kind of the first list.</param>
    /// <param name="first">Its name and length.</param>
    /// <param name="second">The other's.</param>
    /// <returns>The length of the list that is given.</returns>
    public static int CheckKind(InferenceScope scope, bool isFirst, (string Name, int Count) first, (string Name, int Count) second)
    {
        (int own, int other) = isFirst ? (first.Count, second.Count) : (second.Count, first.Count);
        return own > 0 && other == 0
            ? own
            : throw scope.Error(FormattableString.Invariant(
                $"{first.Count} {first.Name} and {second.Count} {second.Name} are given, expected some of the one kind that the input, {scope.Type(0).Name()}, is of"));
    }

    /// <summary>The number of rows of an operand.</summary>
    public static int Rows(ReadOnlySpan<int> shape) => shape.Length == 1 ? 1 : shape[0];

    /// <summary>The number of rows of a value.</summary>
    public static Dim Rows(TensorShape? shape) => shape is { } known ? known.Rank == 1 ? 1 : known[0] : Dim.Unknown;
}
