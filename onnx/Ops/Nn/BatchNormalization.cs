using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = scale · (X - mean) / √(var + ε) + B, channel by channel; in training mode mean and variance are those of the batch.</summary>
/// <remarks>The running values become momentum · old + (1 - momentum) · batch, with the variance of the population.</remarks>
internal sealed unsafe class BatchNormalization : Op
{
    public override OpSchema Schema { get; } = new(
        15,
        [new("X", "T"), new("scale", "T"), new("B", "T"), new("input_mean", "T"), new("input_var", "T")],
        [new("Y", "T"), new("running_mean", "T", Optional: true), new("running_var", "T", Optional: true)],
        [AttributeSchema.Float("epsilon"), AttributeSchema.Float("momentum"), AttributeSchema.Int("training_mode")],
        [("T", TypeSet.Floats)])
    { From = 9 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value x = s.In(0);
        long[] channel = [-1, .. Enumerable.Repeat(1L, x.Rank - 2)];
        long[] others = [0, .. Enumerable.Range(2, x.Rank - 2).Select(i => (long)i)];
        Value epsilon = g.Scalar(s.Attributes.Float("epsilon", 1e-5f), x.Type.Type);
        if (IsTraining(s.Attributes))
        {
            Value mean = g.Reduce("ReduceMean", x, keepDims: true, others);
            Value centred = g.Sub(x, mean);
            Value spread = g.Reduce("ReduceMean", g.Mul(centred, centred), keepDims: false, others);
            Value inverse = g.Node("Reciprocal", [g.Node("Sqrt", [g.Add(spread, epsilon)])]);
            Value[] d = g.Node("BatchNormGrad", [s.DY, x, s.In(1), g.Reshape(mean, -1), inverse], 3, domain: Model.AnnealDomain);
            return [d[0], d[1], d[2], null, null];
        }

        Value invStd = g.Node("Reciprocal", [g.Node("Sqrt", [g.Add(s.In(4), epsilon)])]);
        Value factor = g.Mul(s.In(1), invStd);
        Value dB = g.ReduceSum(s.DY, keepDims: false, others);
        Value product = g.ReduceSum(g.Mul(s.DY, g.Sub(x, g.Reshape(s.In(3), channel))), keepDims: false, others);
        Value dVar = g.Mul(g.Mul(product, g.Mul(factor, g.Mul(invStd, invStd))), -0.5);
        return [g.Mul(s.DY, g.Reshape(factor, channel)), g.Mul(product, invStd), dB, g.Neg(g.Mul(dB, factor)), dVar];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorType statistics = Check(scope, 5);
        return [scope.In(0), statistics, statistics];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Make<float>(spec),
        DType.Double => Make<double>(spec),
        _ => throw spec.Unsupported(0),
    };

    /// <summary>Checks that X has channels and that inputs 1 and on have one element per channel; gives their type.</summary>
    internal static TensorType Check(InferenceScope scope, int inputs)
    {
        if (scope.Shape(0) is not { } x)
        {
            return TensorType.Of(scope.Type(0), Dim.Unknown);
        }

        if (x.Rank < 2)
        {
            throw scope.Error($"X of shape {x} has no channels");
        }

        for (int i = 1; i < inputs; i++)
        {
            bool fits = scope.Shape(i) is not { } shape || (shape.Rank == 1 && (!shape.IsStatic || !x[1].IsKnown || shape[0] == x[1]));
            if (!fits)
            {
                throw scope.Error($"input {i} of shape {scope.Shape(i)} does not fit {x[1]} channels");
            }
        }

        return TensorType.Of(scope.Type(0), x[1]);
    }

    /// <summary>The kernel that normalises by the batch's own mean and variance.</summary>
    internal static Kernel Train<T>(KernelSpec spec, float momentum, float epsilon, bool isRelu)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        Slot? branch = spec.HasIn(5) ? spec.In(5) : null;
        var layout = new ChannelNorm<T>(x.Shape);
        Slot?[] outputs = [.. Enumerable.Range(1, 4).Select(i => spec.HasOut(i) ? spec.Out(i) : null)];
        Slot[] inputs = [.. Enumerable.Range(1, 4).Select(spec.In)];
        T keep = T.CreateTruncating(momentum);
        T eps = T.CreateTruncating(epsilon);
        T count = T.CreateTruncating(layout.Count);
        Action<int> body = c =>
        {
            T mean = layout.Sum((T*)x.Pointer, c, T.Zero, isSquared: false) / count;
            T variance = layout.Sum((T*)x.Pointer, c, mean, isSquared: true) / count;
            T inverse = T.One / T.Sqrt(variance + eps);
            T factor = ((T*)inputs[0].Pointer)[c] * inverse;
            T* addend = branch is null ? null : (T*)branch.Pointer;
            layout.Scale((T*)x.Pointer, addend, (T*)y.Pointer, c, factor, ((T*)inputs[1].Pointer)[c] - (mean * factor), isRelu);
            Set(outputs[0], c, (((T*)inputs[2].Pointer)[c] * keep) + (mean * (T.One - keep)));
            Set(outputs[1], c, (((T*)inputs[3].Pointer)[c] * keep) + (variance * (T.One - keep)));
            Set(outputs[2], c, mean);
            Set(outputs[3], c, inverse);
        };
        return team => team.Run(layout.Channels, body);
    }

    private static bool IsTraining(Attributes attributes) => attributes.Int("training_mode", 0) != 0;

    private static void Set<T>(Slot? slot, int index, T value)
        where T : unmanaged
    {
        if (slot is not null)
        {
            ((T*)slot.Pointer)[index] = value;
        }
    }

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        float epsilon = spec.Attributes.Float("epsilon", 1e-5f);
        if (IsTraining(spec.Attributes))
        {
            return Train<T>(spec, spec.Attributes.Float("momentum", 0.9f), epsilon, isRelu: false);
        }

        Slot x = spec.In(0);
        Slot y = spec.Out();
        var layout = new ChannelNorm<T>(x.Shape);
        Slot[] inputs = [.. Enumerable.Range(1, 4).Select(spec.In)];
        T eps = T.CreateTruncating(epsilon);
        Action<int> body = c =>
        {
            T factor = ((T*)inputs[0].Pointer)[c] / T.Sqrt(((T*)inputs[3].Pointer)[c] + eps);
            layout.Scale((T*)x.Pointer, null, (T*)y.Pointer, c, factor, ((T*)inputs[1].Pointer)[c] - (((T*)inputs[2].Pointer)[c] * factor), isRelu: false);
        };
        return team => team.Run(layout.Channels, body);
    }
}
