using System.Collections.Frozen;
using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>Every op that is known here, one line each.</summary>
public static class OpTable
{
    private static readonly Op[] s_ops =
    [
        // Math
        new Abs(),
        new Add(),
        new And(),
        new Cast(),
        new CastLike(),
        new Ceil(),
        new Clip(),
        new Div(),
        new Elu(),
        new Equal(),
        new Erf(),
        new Exp(),
        new Floor(),
        new Gemm(),
        new GemmRelu(),
        new GemmReluGrad(),
        new Greater(),
        new GreaterOrEqual(),
        new IsNaN(),
        new LeakyRelu(),
        new Less(),
        new LessOrEqual(),
        new Log(),
        new MatMul(),
        new Max(),
        new Min(),
        new Mod(),
        new Mul(),
        new Neg(),
        new Not(),
        new Or(),
        new Pow(),
        new Reciprocal(),
        new Relu(),
        new Round(),
        new Sigmoid(),
        new Sign(),
        new Softplus(),
        new Sqrt(),
        new Sub(),
        new Tanh(),
        new Where(),
        // Reduce
        new ArgMax(),
        new ReduceMax(),
        new ReduceMean(),
        new ReduceMin(),
        new ReduceProd(),
        new ReduceSum(),
        // Nn
        new Dropout(),
        new LogSoftmax(),
        new RandomDropout(),
        new Softmax(),
        // Ml
        new LabelEncoder(),
        // Loss
        new SoftmaxCrossEntropyGrad(),
        new SoftmaxCrossEntropyLoss(),
        // Train
        new AdamStep(),
        new GemmAdamStep(),
        new MomentumStep(),
        new SgdStep(),
        // Shape
        new Concat(),
        new Constant(),
        new ConstantOfShape(),
        new Expand(),
        new Flatten(),
        new Gather(),
        new GatherElements(),
        new GatherND(),
        new Identity(),
        new OneHot(),
        new Pad(),
        new Range(),
        new Reshape(),
        new ScatterElements(),
        new ScatterND(),
        new Shape(),
        new Size(),
        new Slice(),
        new Split(),
        new Squeeze(),
        new Tile(),
        new Transpose(),
        new Unsqueeze(),
    ];

    private static readonly FrozenDictionary<(string Domain, string Name), Op> s_byName = s_ops.ToFrozenDictionary(op => (op.Domain, op.Name));

    /// <summary>All ops, in table order.</summary>
    public static IReadOnlyList<Op> All => s_ops;

    /// <summary>The op of a name, or null.</summary>
    /// <param name="domain">The domain; empty or <c>ai.onnx</c> for ONNX's own.</param>
    /// <param name="name">The op's name.</param>
    /// <returns>The op or null.</returns>
    public static Op? Find(string domain, string name) => s_byName.GetValueOrDefault((domain == "ai.onnx" ? "" : domain, name));

    /// <summary>The op of a node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The op.</returns>
    /// <exception cref="AnnealException">The op is not known.</exception>
    public static Op Get(Node node) => Find(node.Domain, node.OpType)
        ?? throw AnnealException.BadData($"op {node.OpType} (domain {(node.Domain.Length == 0 ? "ai.onnx" : node.Domain)}) is not known here").In(node);
}
