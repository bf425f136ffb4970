using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The gradients of BatchNormTrain: with x̂ = (X - mean)·invstd, dX = scale·invstd·(dY - mean(dY) - x̂·mean(dY·x̂)), dscale = Σ dY·x̂, dbias = Σ dY.</summary>
internal unsafe class BatchNormGrad : Op
{
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    public BatchNormGrad()
        : this(["dY", "X", "scale", "mean", "invstd"])
    {
    }

    /// <summary>Creates an op with a gate among its inputs, and perhaps the gated dY among its outputs.</summary>
    protected BatchNormGrad(string[] inputs, params string[] more)
    {
        _inputs = inputs;
        _outputs = ["dX", "dscale", "dbias", .. more];
    }

    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema => new(
        1,
        [.. _inputs.Select(i => new Parameter(i, "T"))],
        [.. _outputs.Select(o => new Parameter(o, "T"))],
        [],
        [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Forbidden("a second derivative of batch normalisation is not known here");

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, _inputs, _outputs);
            string flat = b.Constant(Tensor.Vector(0L, 0L, -1L));
            string axes = b.Constant(Tensor.Vector(0L, 2L));
            string channel = b.Constant(Tensor.Vector(-1L, 1L));
            string count = b.Op("CastLike", b.Op("Div", b.Op("Size", "X"), b.Op("Size", "scale")), "X");
            string zero = b.Like(0, "X");
            string open = _inputs.Length > 5 ? b.Op("Where", b.Op("Greater", _inputs[5], zero), "dY", zero) : "dY";
            string dY = b.Op("Reshape", open, flat);
            string inverse = b.Op("Reshape", "invstd", channel);
            string x = b.Op("Mul", b.Op("Sub", b.Op("Reshape", "X", flat), b.Op("Reshape", "mean", channel)), inverse);
            string dBias = Sum(dY);
            string dScale = Sum(b.Op("Mul", dY, x));
            string share = b.Op("Add", b.Op("Reshape", dBias, channel), b.Op("Mul", x, b.Op("Reshape", dScale, channel)));
            string rest = b.Op("Sub", dY, b.Op("Div", share, count));
            b.Return("dX", b.Op("Reshape", b.Op("Mul", rest, b.Op("Mul", inverse, b.Op("Reshape", "scale", channel))), b.Op("Shape", "X")));
            b.Return("dscale", dScale);
            b.Return("dbias", dBias);
            if (_outputs.Length > 3)
            {
                b.Return(_outputs[3], open);
            }

            return b.Build();

            string Sum(string value) => b.Op("ReduceSum", Attributes.Of(("keepdims", 0L)), value, axes);
        }
    }

    public override TensorType[] Infer(InferenceScope scope) => [scope.In(0), scope.In(2), scope.In(2), .. _outputs.Skip(3).Select(_ => scope.In(0))];

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Make<float>(spec),
        DType.Double => Make<double>(spec),
        _ => throw spec.Unsupported(0),
    };

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Slot dY = spec.In(0);
        Slot x = spec.In(1);
        Slot scale = spec.In(2);
        Slot mean = spec.In(3);
        Slot inverse = spec.In(4);
        Slot? gate = spec.HasIn(5) ? spec.In(5) : null;
        Slot dX = spec.Out();
        Slot? dScale = spec.HasOut(1) ? spec.Out(1) : null;
        Slot? dBias = spec.HasOut(2) ? spec.Out(2) : null;
        Slot? gated = spec.HasOut(3) ? spec.Out(3) : null;
        var layout = new ChannelNorm<T>(x.Shape);
        T count = T.CreateTruncating(layout.Count);
        Action<int> body = c =>
        {
            T m = ((T*)mean.Pointer)[c];
            T r = ((T*)inverse.Pointer)[c];
            T* open = gate is null ? null : (T*)gate.Pointer;
            T* kept = gated is null ? null : (T*)gated.Pointer;
            (T sum, T product) = kept == null
                ? layout.Sums<Count0>((T*)dY.Pointer, (T*)x.Pointer, open, null, c, m)
                : layout.Sums<Count1>((T*)dY.Pointer, (T*)x.Pointer, open, kept, c, m);
            T factor = ((T*)scale.Pointer)[c] * r;
            T slope = -factor * r * r * product / count;
            layout.Back(kept == null ? (T*)dY.Pointer : kept, (T*)x.Pointer, kept == null ? open : null, (T*)dX.Pointer, c, factor, slope, (-factor * sum / count) - (slope * m));
            if (dScale is not null)
            {
                ((T*)dScale.Pointer)[c] = product * r;
            }

            if (dBias is not null)
            {
                ((T*)dBias.Pointer)[c] = sum;
            }
        };
        return team => team.Run(layout.Channels, body);
    }
}
