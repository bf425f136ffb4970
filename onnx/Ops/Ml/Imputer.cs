using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Replaces elements that equal a number by another, or by one per feature.</summary>
/// <remarks>NaN is equal to NaN.</remarks>
internal sealed class Imputer : NumberOp, IDecomposable
{
    public override string Domain => Model.MlDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("X", "T")],
        [new("Y", "T")],
        [
            AttributeSchema.Floats("imputed_value_floats"), AttributeSchema.Ints("imputed_value_int64s"),
            AttributeSchema.Float("replaced_value_float"), AttributeSchema.Int("replaced_value_int64"),
        ],
        [("T", Features.Numbers)]);

    public override Gradient Gradient => Decomposition.Rule(this);

    public override TensorType[] Infer(InferenceScope scope)
    {
        int values = Features.CheckKind(
            scope,
            scope.Type(0).IsFloating(),
            ("imputed_value_floats", scope.Attributes.Floats("imputed_value_floats")?.Length ?? 0),
            ("imputed_value_int64s", scope.Attributes.Ints("imputed_value_int64s")?.Length ?? 0));
        if (values > 1)
        {
            Features.Check(scope, values, "values to impute");
        }

        return [scope.In(0)];
    }

    public bool Decompose(Decomposition d)
    {
        if (d.Type(0).Type != DType.Float)
        {
            return false;
        }

        float replaced = d.Attributes.Float("replaced_value_float", 0);
        string isMissing = float.IsNaN(replaced) ? d.Op("IsNaN", d.In(0)) : d.Op("Equal", d.In(0), d.Constant("replaced", Tensor.Scalar(replaced)));
        string values = d.Constant("imputed", Tensor.Vector<float>(d.Attributes.Floats("imputed_value_floats")!.Value.AsSpan()));
        return d.Return(0, d.Op("Where", isMissing, values, d.In(0)));
    }

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        bool isFloat = x.Type.IsFloating();
        T[] values = isFloat
            ? [.. spec.Attributes.Floats("imputed_value_floats")!.Value.Select(v => T.CreateTruncating(v))]
            : [.. spec.Attributes.Ints("imputed_value_int64s")!.Value.Select(v => T.CreateTruncating(v))];
        T replaced = isFloat ? T.CreateTruncating(spec.Attributes.Float("replaced_value_float", 0)) : T.CreateTruncating(spec.Attributes.Int("replaced_value_int64", 0));
        bool isNaN = T.IsNaN(replaced);
        Action<int> body = item =>
        {
            int start = item * Elementwise.Chunk;
            int end = Math.Min(x.Length, start + Elementwise.Chunk);
            Span<T> from = x.Span<T>();
            Span<T> to = y.Span<T>();
            for (int i = start, feature = start % values.Length; i < end; i++)
            {
                to[i] = (isNaN ? T.IsNaN(from[i]) : from[i] == replaced) ? values[feature] : from[i];
                feature = feature + 1 == values.Length ? 0 : feature + 1;
            }
        };
        int items = Elementwise.Items(x.Length);
        return team => team.Run(items, body);
    }
}
