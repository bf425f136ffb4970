using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Lowering;

/// <summary>The sizes of an LSTM whose steps can be written out.</summary>
/// <param name="Steps">Steps of time.</param>
/// <param name="Hidden">Units.</param>
internal sealed record LstmShape(int Steps, int Hidden)
{
    private const int MostSteps = 128;

    /// <summary>The sizes; null where there is a second direction, a backward one, sequences of lengths of their own, or too many steps to write out.</summary>
    public static LstmShape? Of(Node node, TypeInference types, int x, int r, int lengths)
    {
        bool isForward = node.Attributes.Ints("reverse") is [0];
        bool isWhole = types.Constants.GetValueOrDefault(node.Inputs[lengths]) is { Type: DType.Int32, Rank: 0 } end && end.Span<int>()[0] == int.MaxValue;
        return isForward && isWhole
            && types.Types[node.Inputs[x]].Shape is { Rank: 3 } input && input[0] is { IsKnown: true, Size: > 0 and <= MostSteps } steps
            && types.Types[node.Inputs[r]].Shape is { Rank: 3 } weights && weights[2].IsKnown
            ? new LstmShape((int)steps.Size, (int)weights[2].Size)
            : null;
    }
}
