using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Scales dimensions, one after the other, by the nearest element, between two (linear) or among four (cubic).</summary>
/// <remarks>Scales or sizes, and the roi where it is used, must be constant. Modes other than nearest take floats alone.</remarks>
/// <seealso cref="ResizeAxis"/>
internal sealed class Resize : Op
{
    public override OpSchema Schema { get; } = new(
        18,
        [new("X", "T1"), new("roi", "T2", Optional: true), new("scales", "tensor(float)", Optional: true), new("sizes", "tensor(int64)", Optional: true)],
        [new("Y", "T1")],
        [
            AttributeSchema.Int("antialias"), AttributeSchema.Ints("axes"), AttributeSchema.String("coordinate_transformation_mode"), AttributeSchema.Float("cubic_coeff_a"),
            AttributeSchema.Int("exclude_outside"), AttributeSchema.Float("extrapolation_value"), AttributeSchema.String("keep_aspect_ratio_policy"),
            AttributeSchema.String("mode"), AttributeSchema.String("nearest_mode"),
        ],
        [("T1", TypeSet.NumbersAndBool), ("T2", TypeSet.Floats), ("tensor(float)", TypeSet.Of(DType.Float)), ("tensor(int64)", TypeSet.Int64)])
    { From = 11 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value x = s.In(0);
        if (!x.Shape.IsStatic || !s.Out().Shape.IsStatic || (ResizeAxis.IsCrop(s.Attributes) && Known(1) is null))
        {
            throw s.Error("the gradient of Resize needs known shapes, and a known roi where it crops");
        }

        Tensor? Known(int i) => s.Has(i) ? g.ConstantOf(s.In(i)) : null;
        Value dX = s.DY;
        foreach (ResizeAxis axis in ResizeAxis.Of(s.Attributes, x.Shape.ToSizes(), Known(1), Known(2), Known(3)))
        {
            long[] swapped = [.. Enumerable.Range(0, x.Rank).Select(d => (long)(d == axis.Axis ? x.Rank - 1 : d == x.Rank - 1 ? axis.Axis : d))];
            Value weights = g.Cast(g.Constant(axis.ToMatrix()), dX.Type.Type);
            dX = g.Transpose(g.MatMul(g.Transpose(dX, swapped), weights), swapped);
        }

        return [dX, null, null, null];
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        string mode = scope.Attributes.String("mode", "nearest");
        if (mode is not ("nearest" or "linear" or "cubic") || scope.Attributes.Int("antialias", 0) != 0)
        {
            throw scope.NotSupported($"mode '{mode}' with antialias {scope.Attributes.Int("antialias", 0)} is not supported", "use nearest, linear or cubic without antialias");
        }

        if (mode != "nearest" && !scope.Type(0).IsFloating())
        {
            throw scope.NotSupported($"mode '{mode}' of {scope.Type(0).Name()} is not supported");
        }

        if (!ResizeAxis.IsKnownTransformation(scope.Attributes))
        {
            throw scope.NotSupported("the coordinate transformation is not supported");
        }

        if (scope.Shape(0) is not { } shape)
        {
            return [new(scope.Type(0), null)];
        }

        bool isOpen = !shape.IsStatic || (scope.Has(2) && scope.Constant(2) is null) || (scope.Has(3) && scope.Constant(3) is null);
        if (isOpen)
        {
            return [new(scope.Type(0), new TensorShape([.. shape.Dims.Select(_ => Dim.Unknown)]))];
        }

        int[] sizes = shape.ToSizes();
        foreach (ResizeAxis axis in ResizeAxis.Of(scope.Attributes, sizes, scope.Constant(1), scope.Constant(2), scope.Constant(3), scope))
        {
            sizes[axis.Axis] = axis.OutSize;
        }

        return [new(scope.Type(0), TensorShape.Of(sizes))];
    }

    public override Kernel Compile(KernelSpec spec)
    {
        if ((spec.HasIn(2) && spec.Constant(2) is null) || (spec.HasIn(3) && spec.Constant(3) is null))
        {
            throw AnnealException.BadData("scales and sizes are computed while running, expected constants").In(spec.Node);
        }

        ResizeAxis[] axes = ResizeAxis.Of(spec.Attributes, spec.In(0).Shape.ToArray(), spec.Constant(1), spec.Constant(2), spec.Constant(3));
        if (axes.Length == 0)
        {
            return Views.Copy(spec);
        }

        bool isNearest = spec.Attributes.String("mode", "nearest") == "nearest";
        int[] shape = spec.In(0).Shape.ToArray();
        Slot from = spec.In(0);
        var steps = new List<Kernel>();
        for (int i = 0; i < axes.Length; i++)
        {
            var layout = new AxisLayout(shape, axes[i].Axis);
            shape[axes[i].Axis] = axes[i].OutSize;
            Slot to = i == axes.Length - 1 ? spec.Out() : spec.Scratch((long)Tensor.LengthOf(shape) * spec.Out().Type.Size());
            steps.Add(isNearest ? Pick(from, to, layout, axes[i], spec.Out().Type.Size())
                : spec.Out().Type == DType.Float ? axes[i].Blend<float>(from, to, layout) : axes[i].Blend<double>(from, to, layout));
            from = to;
        }

        if (ResizeAxis.IsCrop(spec.Attributes))
        {
            float outside = spec.Attributes.Float("extrapolation_value", 0);
            steps.Add(spec.Out().Type switch
            {
                DType.Float => Extrapolate(spec.Out(), axes, outside),
                DType.Double => Extrapolate(spec.Out(), axes, (double)outside),
                _ => throw spec.Unsupported(0),
            });
        }

        Kernel[] all = [.. steps];
        return team =>
        {
            foreach (Kernel step in all)
            {
                step(team);
            }
        };
    }

    private static unsafe Kernel Pick(Slot from, Slot to, AxisLayout layout, ResizeAxis axis, int size)
    {
        int bytes = layout.Inner * size;
        Action<int> body = outer =>
        {
            for (int i = 0; i < axis.OutSize; i++)
            {
                Blobs.Copy(
                    from.Pointer + ((((nint)outer * layout.Count) + axis.Source(i)) * bytes),
                    to.Pointer + ((((nint)outer * axis.OutSize) + i) * bytes),
                    bytes);
            }
        };
        return team => team.Run(bytes == 0 || layout.Count == 0 ? 0 : layout.Outer, body);
    }

    private static unsafe Kernel Extrapolate<T>(Slot y, ResizeAxis[] axes, T value)
        where T : unmanaged
    {
        int[] strides = StridedCopy.Dense(y.Shape);
        return _ =>
        {
            for (int i = 0; i < y.Length; i++)
            {
                foreach (ResizeAxis axis in axes)
                {
                    if (axis.IsOutside(i / strides[axis.Axis] % axis.OutSize))
                    {
                        ((T*)y.Pointer)[i] = value;
                        break;
                    }
                }
            }
        };
    }
}
