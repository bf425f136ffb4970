using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The gradient of a convolution's weights: images and channels change places, and dY is the kernel.</summary>
/// <remarks>The attributes are the convolution's, all given. The order of the sums depends on the shape alone.</remarks>
internal sealed unsafe class ConvGradW : Op
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("X", "T"), new("dY", "T")],
        [new("dW", "T")],
        [.. Convolution.Schemas(required: true)],
        [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Forbidden("a second derivative by a convolution's weights is not known here");

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, ["X", "dY"], ["dW"], [.. Schema.Attributes.Select(a => a.Name)]);
            string zero = b.Constant(Tensor.Vector(0L));
            string one = b.Constant(Tensor.Vector(1L));
            string two = b.Constant(Tensor.Vector(2L));
            string any = b.Constant(Tensor.Vector(-1L));
            string group = b.Op("Reshape", b.IntAttribute("group"), one);
            string kernel = b.Op("Constant", Convolution.References(("value_ints", "kernel_shape", true)));
            string shape = b.Op("Shape", "X");
            string channels = b.Op("Div", b.Op("Gather", shape, one), group);
            string keep = Concat(zero, zero);
            string flat = b.Op("Reshape", "X", Concat(zero, group, channels, any));
            string images = b.Op("Reshape", Transpose(flat, 2, 1, 0, 3), Concat(zero, any, Spatial(shape)));
            string filters = Transpose(b.Op("Reshape", "dY", Concat(keep, any)), 1, 0, 2);
            filters = b.Op("Reshape", filters, Concat(keep, Spatial(b.Op("Shape", "dY"))));
            Attributes attributes = Convolution.References(
                ("dilations", "strides", true), ("group", "group", false), ("pads", "pads", true), ("strides", "dilations", true));
            string whole = b.Op("Conv", attributes, images, filters);
            string ends = Concat(b.Constant(Tensor.Vector(long.MaxValue, long.MaxValue)), kernel);
            string window = b.Op("Slice", whole, b.Op("Sub", ends, ends), ends);
            string turned = Transpose(b.Op("Reshape", window, Concat(keep, any)), 1, 0, 2);
            b.Return("dW", b.Op("Reshape", turned, Concat(keep, kernel)));
            return b.Build();

            string Concat(params string[] parts) => b.Op("Concat", Attributes.Of(("axis", 0L)), parts);

            string Transpose(string value, params long[] perm) => b.Op("Transpose", Attributes.Of(("perm", perm)), value);

            string Spatial(string sizes) => b.Op("Slice", sizes, two, b.Constant(Tensor.Vector(long.MaxValue)));
        }
    }

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } x || scope.Shape(1) is not { } dY)
        {
            return [new(scope.Type(0), null)];
        }

        long groups = scope.Attributes.Int("group", 1);
        Dim channels = x[1].IsKnown ? Dim.Of((int)(x[1].Size / groups)) : Dim.Unknown;
        return [TensorType.Of(scope.Type(0), [dY[1], channels, .. SlidingWindow.KernelOf(scope.Attributes)!.Select(Dim.Of)])];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.Float => Make<float>(spec),
        DType.Double => Make<double>(spec),
        _ => throw spec.Unsupported(0),
    };

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        Slot x = spec.In(0);
        Slot dY = spec.In(1);
        Slot dW = spec.Out();
        ConvLayout l = Convolution.Layout(spec, x.Shape, dW.Shape);
        bool fits = dY.Shape[0] == l.Batch && dY.Shape[^1] == l.X.Output && (dY.Shape.Length == 3 || dY.Shape[2] == l.Y.Output);
        if (!fits)
        {
            throw AnnealException.BadData($"dY of shape [{string.Join(",", dY.Shape.ToArray())}] is not the output of this convolution").In(spec.Node);
        }

        IConvWeightPlan<T> plan = IConvWeightPlan<T>.Plan(l.Batch, l.Groups, l.Filters, l.Channels, TapAxis.Forward(l.Y), TapAxis.Forward(l.X));
        Slot partial = spec.Scratch(plan.ScratchBytes);
        return team => plan.Run(team, (T*)x.Pointer, (T*)dY.Pointer, (T*)dW.Pointer, (T*)partial.Pointer);
    }
}
