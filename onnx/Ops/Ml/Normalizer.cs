using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Each row divided, in float, by its largest element (MAX), the sum of its magnitudes (L1) or the root of its sum of squares (L2); a row where that is 0 stays.</summary>
internal sealed class Normalizer : NumberOp, IDecomposable
{
    private const string Largest = "MAX";

    public override string Domain => Model.MlDomain;

    public override OpSchema Schema { get; } = new(
        1, [new("X", "T")], [new("Y", "F")], [AttributeSchema.String("norm")], [("T", Features.Numbers), ("F", TypeSet.Of(DType.Float))]);

    public override Gradient Gradient => Decomposition.Rule(this);

    public override TensorType[] Infer(InferenceScope scope)
    {
        string norm = scope.Attributes.String("norm", Largest);
        if (norm is not (Largest or "L1" or "L2"))
        {
            throw scope.Error($"norm is '{norm}', expected MAX, L1 or L2");
        }

        Features.CheckRank(scope);
        return [new(DType.Float, scope.Shape(0))];
    }

    public bool Decompose(Decomposition d)
    {
        string norm = d.Attributes.String("norm", Largest);
        if (norm != Largest)
        {
            return d.Return(0, d.Op("LpNormalization", Attributes.Of(("axis", -1L), ("p", norm == "L1" ? 1L : 2L)), d.Float(0)));
        }

        string x = d.Float(0);
        string largest = d.Op("ReduceMax", Attributes.Of(("keepdims", 1L)), x, d.Constant("axis", Tensor.Vector(-1L)));
        string isZero = d.Op("Equal", largest, d.Constant("zero", Tensor.Scalar(0f)));
        return d.Return(0, d.Op("Div", x, d.Op("Where", isZero, d.Constant("one", Tensor.Scalar(1f)), largest)));
    }

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        string norm = spec.Attributes.String("norm", Largest);
        int width = x.Shape[^1];
        int rows = x.Length == 0 ? 0 : Features.Rows(x.Shape);
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, width));
        Action<int> body = item =>
        {
            int end = Math.Min(rows, (item + 1) * perItem);
            for (int row = item * perItem; row < end; row++)
            {
                Span<T> from = x.Span<T>().Slice(row * width, width);
                Span<float> to = y.Span<float>().Slice(row * width, width);
                float size = norm == Largest ? float.MinValue : 0;
                for (int i = 0; i < width; i++)
                {
                    float value = float.CreateTruncating(from[i]);
                    to[i] = value;
                    size = norm switch
                    {
                        Largest => value > size ? value : size,
                        "L1" => size + Math.Abs(value),
                        _ => size + (value * value),
                    };
                }

                size = norm == "L2" ? MathF.Sqrt(size) : size;
                for (int i = 0; i < width && size != 0; i++)
                {
                    to[i] /= size;
                }
            }
        };
        int items = (rows + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
