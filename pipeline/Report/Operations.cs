using Anneal.Trainer.Execution;

namespace Anneal.Pipeline.Report;

/// <summary>Counts the floating-point operations of nodes, as their ops are written: a multiply-add counts as two.</summary>
/// <remarks>Functions such as the exponential have no count, nor have ops that only move elements.</remarks>
internal static class Operations
{
    private const int Adam = 15;

    /// <summary>Operations for each element of the first output, beside those of a product.</summary>
    private static readonly Dictionary<string, int> s_ofOutput = new(StringComparer.Ordinal)
    {
        ["Abs"] = 1,
        ["AdamStep"] = Adam,
        ["Add"] = 1,
        ["BatchNormAddReluGrad"] = 9,
        ["BatchNormGrad"] = 8,
        ["BatchNormReluGrad"] = 9,
        ["BatchNormTrain"] = 6,
        ["BatchNormTrainAddRelu"] = 8,
        ["BatchNormTrainRelu"] = 7,
        ["BatchNormalization"] = 2,
        ["Clip"] = 2,
        ["Div"] = 1,
        ["GemmAdamStep"] = Adam,
        ["GroupNormalization"] = 6,
        ["InstanceNormalization"] = 6,
        ["LayerNormGrad"] = 11,
        ["LayerNormalization"] = 6,
        ["LeakyRelu"] = 2,
        ["MomentumStep"] = 8,
        ["Mul"] = 1,
        ["Neg"] = 1,
        ["PRelu"] = 2,
        ["Reciprocal"] = 1,
        ["Relu"] = 1,
        ["ReluGrad"] = 1,
        ["SgdStep"] = 4,
        ["Sqrt"] = 1,
        ["Sub"] = 1,
        ["Where"] = 1,
    };

    /// <summary>Operations for each element of the first input.</summary>
    private static readonly Dictionary<string, int> s_ofInput = new(StringComparer.Ordinal)
    {
        ["GlobalAveragePool"] = 1,
        ["GlobalMaxPool"] = 1,
        ["ReduceL1"] = 2,
        ["ReduceL2"] = 2,
        ["ReduceMax"] = 1,
        ["ReduceMean"] = 1,
        ["ReduceMin"] = 1,
        ["ReduceProd"] = 1,
        ["ReduceSum"] = 1,
        ["ReduceSumSquare"] = 2,
    };

    /// <summary>The operations of a node.</summary>
    /// <param name="step">The node with its operands.</param>
    /// <returns>Their number; null where none is known.</returns>
    public static double? Of(PlanStep step)
    {
        string op = step.Node.OpType;
        double? products = 2.0 * MultiplyAdds.Of(op, [.. step.Inputs.Select(i => i.Shape.ToArray())], step.Outputs[0].Shape.ToArray());
        double? others = op is "Max" or "Mean" or "Min" or "Sum" ? (double)step.Outputs[0].Length * (step.Inputs.Count - 1)
            : s_ofOutput.TryGetValue(op, out int each) ? (double)step.Outputs[0].Length * each
            : s_ofInput.TryGetValue(op, out each) ? (double)step.Inputs[0].Length * each
            : null;
        return products is null ? others : products + (others ?? 0);
    }
}
