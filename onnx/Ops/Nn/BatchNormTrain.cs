using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = scale · (X - mean) / √(var + ε) + bias with the batch's own mean and variance per channel, which move the running ones.</summary>
/// <remarks>The running values become momentum · old + (1 - momentum) · batch, with the variance of the population.</remarks>
internal class BatchNormTrain : Op
{
    private static readonly string[] s_outputs = ["Y", "next_mean", "next_var", "saved_mean", "saved_invstd"];
    private readonly string[] _inputs;

    public BatchNormTrain()
        : this([])
    {
    }

    /// <summary>Creates an op with more inputs: one at most, which is added before the Relu.</summary>
    protected BatchNormTrain(params string[] more) => _inputs = ["X", "scale", "bias", "running_mean", "running_var", .. more];

    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema => new(
        1,
        [.. _inputs.Select(i => new Parameter(i, "T"))],
        [.. s_outputs.Select(o => new Parameter(o, "T", Optional: o != "Y"))],
        [AttributeSchema.Float("epsilon", required: true), AttributeSchema.Float("momentum", required: true)],
        [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        if (!s.Node.HasOutput(3) || !s.Node.HasOutput(4))
        {
            throw s.Error("the gradient needs the batch's mean and deviation", "ask for all five outputs");
        }

        Value[] d = s.Builder.Node("BatchNormGrad", [s.DY, s.In(0), s.In(1), s.Out(3), s.Out(4)], 3, domain: Model.AnnealDomain);
        return [d[0], d[1], d[2], null, null];
    });

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0), (1, 3), (2, 4)];

    public override Function Body => MakeBody(isRelu: false);

    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorType statistics = BatchNormalization.Check(scope, 5);
        return [scope.In(0), statistics, statistics, statistics, statistics];
    }

    public override Kernel Compile(KernelSpec spec) => Compile(spec, isRelu: false);

    /// <summary>The body, with a Relu at its end if asked for.</summary>
    protected Function MakeBody(bool isRelu)
    {
        var b = new BodyBuilder(Name, _inputs, s_outputs, "epsilon", "momentum");
        string x = b.Op("Reshape", "X", b.Constant(Tensor.Vector(0L, 0L, -1L)));
        string axes = b.Constant(Tensor.Vector(0L, 2L));
        string channel = b.Constant(Tensor.Vector(-1L, 1L));
        string count = b.Op("CastLike", b.Op("Div", b.Op("Size", "X"), b.Op("Size", "scale")), "X");
        string mean = Mean(x);
        string centred = b.Op("Sub", x, b.Op("Reshape", mean, channel));
        string variance = Mean(b.Op("Mul", centred, centred));
        string inverse = b.Op("Reciprocal", b.Op("Sqrt", b.Op("Add", variance, b.FloatAttribute("epsilon", "X"))));
        string scaled = b.Op("Mul", centred, b.Op("Reshape", b.Op("Mul", "scale", inverse), channel));
        string y = b.Op("Reshape", b.Op("Add", scaled, b.Op("Reshape", "bias", channel)), b.Op("Shape", "X"));
        y = _inputs.Length > 5 ? b.Op("Add", y, _inputs[5]) : y;
        b.Return("Y", isRelu ? b.Op("Relu", y) : y);
        b.Return("next_mean", Moved("running_mean", mean));
        b.Return("next_var", Moved("running_var", variance));
        b.Return("saved_mean", mean);
        b.Return("saved_invstd", inverse);
        return b.Build();

        string Mean(string value) => b.Op("Div", b.Op("ReduceSum", Attributes.Of(("keepdims", 0L)), value, axes), count);

        string Moved(string running, string batch)
        {
            string momentum = b.FloatAttribute("momentum", "X");
            return b.Op("Add", b.Op("Mul", running, momentum), b.Op("Mul", batch, b.Op("Sub", b.Like(1, "X"), momentum)));
        }
    }

    /// <summary>The kernel, with a Relu at its end if asked for.</summary>
    protected static Kernel Compile(KernelSpec spec, bool isRelu)
    {
        float momentum = spec.Attributes.Float("momentum", 0);
        float epsilon = spec.Attributes.Float("epsilon", 0);
        return spec.In(0).Type switch
        {
            DType.Float => BatchNormalization.Train<float>(spec, momentum, epsilon, isRelu),
            DType.Double => BatchNormalization.Train<double>(spec, momentum, epsilon, isRelu),
            _ => throw spec.Unsupported(0),
        };
    }
}
