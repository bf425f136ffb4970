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
        new Acos(),
        new Acosh(),
        new Add(),
        new And(),
        new Asin(),
        new Asinh(),
        new Atan(),
        new Atanh(),
        new BitShift(),
        new BitwiseAnd(),
        new BitwiseNot(),
        new BitwiseOr(),
        new BitwiseXor(),
        new Cast(),
        new CastLike(),
        new Ceil(),
        new Celu(),
        new Clip(),
        new Cos(),
        new Cosh(),
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
        new HardSigmoid(),
        new HardSwish(),
        new IsInf(),
        new IsNaN(),
        new LeakyRelu(),
        new Less(),
        new LessOrEqual(),
        new Log(),
        new MatMul(),
        new Max(),
        new Mean(),
        new Min(),
        new Mish(),
        new Mod(),
        new Mul(),
        new Neg(),
        new Not(),
        new Or(),
        new PRelu(),
        new Pow(),
        new Reciprocal(),
        new Relu(),
        new Round(),
        new Selu(),
        new Shrink(),
        new Sigmoid(),
        new Sign(),
        new Sin(),
        new Sinh(),
        new Softplus(),
        new Softsign(),
        new Sqrt(),
        new Sub(),
        new Sum(),
        new Tan(),
        new Tanh(),
        new ThresholdedRelu(),
        new Where(),
        new Xor(),
        // Reduce
        new ArgMax(),
        new ArgMin(),
        new ReduceL1(),
        new ReduceL2(),
        new ReduceLogSum(),
        new ReduceLogSumExp(),
        new ReduceMax(),
        new ReduceMean(),
        new ReduceMin(),
        new ReduceProd(),
        new ReduceSum(),
        new ReduceSumSquare(),
        // Nn
        new Dropout(),
        new Gelu(),
        new GroupNormalization(),
        new Hardmax(),
        new InstanceNormalization(),
        new LRN(),
        new LayerNormGrad(),
        new LayerNormalization(),
        new LogSoftmax(),
        new LpNormalization(),
        new MeanVarianceNormalization(),
        new RandomDropout(),
        new Softmax(),
        new Swish(),
        // Ml
        new LabelEncoder(),
        // Loss
        new NegativeLogLikelihoodLoss(),
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
        new CumSum(),
        new DepthToSpace(),
        new Einsum(),
        new Expand(),
        new EyeLike(),
        new Flatten(),
        new Gather(),
        new GatherElements(),
        new GatherND(),
        new Identity(),
        new NonZero(),
        new OneHot(),
        new Pad(),
        new Range(),
        new Reshape(),
        new Resize(),
        new ScatterElements(),
        new ScatterND(),
        new Shape(),
        new Size(),
        new Slice(),
        new SpaceToDepth(),
        new Split(),
        new Squeeze(),
        new Tile(),
        new TopK(),
        new Transpose(),
        new Trilu(),
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
