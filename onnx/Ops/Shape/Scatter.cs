using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>What the scatter ops share: a copy of the data into which updates are written or reduced, in the order of the updates.</summary>
public abstract class Scatter : Op
{
    /// <inheritdoc/>
    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        string reduction = ReductionOf(spec.Attributes);
        return (reduction, spec.In(0).Type) switch
        {
            ("none", DType type) => type.Size() switch
            {
                1 => Compile<byte, ScatterReplace<byte>>(spec),
                2 => Compile<ushort, ScatterReplace<ushort>>(spec),
                4 => Compile<uint, ScatterReplace<uint>>(spec),
                _ => Compile<ulong, ScatterReplace<ulong>>(spec),
            },
            (_, DType.Float) => CompileNumber<float>(spec, reduction),
            (_, DType.Double) => CompileNumber<double>(spec, reduction),
            (_, DType.Int64) => CompileNumber<long>(spec, reduction),
            (_, DType.Int32) => CompileNumber<int>(spec, reduction),
            (_, DType.UInt64) => CompileNumber<ulong>(spec, reduction),
            (_, DType.UInt32) => CompileNumber<uint>(spec, reduction),
            (_, DType.Int16) => CompileNumber<short>(spec, reduction),
            (_, DType.UInt16) => CompileNumber<ushort>(spec, reduction),
            (_, DType.Int8) => CompileNumber<sbyte>(spec, reduction),
            (_, DType.UInt8) => CompileNumber<byte>(spec, reduction),
            _ => throw spec.Unsupported(0),
        };
    }

    /// <summary>The reduction of a node.</summary>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>The ONNX name.</returns>
    protected static string ReductionOf(Attributes attributes) => attributes.String("reduction", "none");

    /// <summary>Fails on a reduction that is not known.</summary>
    /// <param name="scope">The node.</param>
    /// <exception cref="AnnealException">The attribute has another value.</exception>
    protected static void CheckReduction(InferenceScope scope)
    {
        if (ReductionOf(scope.Attributes) is not ("none" or "add" or "mul" or "min" or "max"))
        {
            throw scope.Error($"reduction '{ReductionOf(scope.Attributes)}' is not known", "use none, add, mul, min or max");
        }
    }

    /// <summary>The gradients of data and updates; where the largest or smallest are equal, they share it.</summary>
    /// <param name="s">The node.</param>
    /// <param name="scatter">Scatters updates into data as the node does, by a reduction.</param>
    /// <param name="gather">For each update, the element of a value that it goes to.</param>
    /// <returns>The gradients of the three inputs.</returns>
    protected static Value?[] Differentiate(GradientScope s, Func<Value, Value, string, Value> scatter, Func<Value, Value> gather)
    {
        GraphBuilder g = s.Builder;
        (Value data, Value updates) = (s.In(0), s.In(2));
        switch (ReductionOf(s.Attributes))
        {
            case "none":
                return [scatter(s.DY, g.ZerosLike(updates), "none"), null, gather(s.DY)];
            case "add":
                return [s.DY, null, gather(s.DY)];
            case "mul":
                Value zeros = scatter(ProductRule.Zeros(g, data), ProductRule.Zeros(g, updates), "add");
                Value product = scatter(ProductRule.WithoutZeros(g, data), ProductRule.WithoutZeros(g, updates), "mul");
                return
                [
                    g.Mul(s.DY, ProductRule.Others(g, data, zeros, product)), null,
                    g.Mul(gather(s.DY), ProductRule.Others(g, updates, gather(zeros), gather(product))),
                ];
            default:
                DType type = s.DY.Type.Type;
                Value zero = g.Scalar(0, type);
                Value stays = g.Equal(data, s.Out());
                Value wins = g.Equal(updates, gather(s.Out()));
                Value share = g.Div(s.DY, scatter(g.Cast(stays, type), g.Cast(wins, type), "add"));
                return [g.Where(stays, share, zero), null, g.Where(wins, gather(share), zero)];
        }
    }

    private protected abstract Kernel Compile<T, TReduction>(KernelSpec spec)
        where T : unmanaged
        where TReduction : struct, IScatterReduction<T>;

    private Kernel CompileNumber<T>(KernelSpec spec, string reduction)
        where T : unmanaged, INumber<T> => reduction switch
        {
            "add" => Compile<T, ScatterAdd<T>>(spec),
            "mul" => Compile<T, ScatterMul<T>>(spec),
            "min" => Compile<T, ScatterMin<T>>(spec),
            _ => Compile<T, ScatterMax<T>>(spec),
        };
}
