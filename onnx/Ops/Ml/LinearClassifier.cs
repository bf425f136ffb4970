using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Scores X · coefficientsᵀ + intercepts, the label of each row's first largest one, and what post_transform makes of them.</summary>
/// <remarks>A row of coefficients per class: converters write two of them where there are two classes.</remarks>
internal sealed class LinearClassifier : NumberOp, IDecomposable
{
    public override string Domain => Model.MlDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("X", "T1")],
        [new("Y", "T2"), new("Z", "F")],
        [.. LinearScores.Schemas, AttributeSchema.Ints("classlabels_ints"), AttributeSchema.Strings("classlabels_strings"), AttributeSchema.Int("multi_class")],
        [("T1", Features.Numbers), ("T2", TypeSet.Of(DType.String, DType.Int64)), ("F", TypeSet.Of(DType.Float))]);

    public override Gradient Gradient => Decomposition.Rule(this);

    public override TensorType[] Infer(InferenceScope scope)
    {
        int ints = scope.Attributes.Ints("classlabels_ints")?.Length ?? 0;
        int texts = scope.Attributes.Strings("classlabels_strings")?.Length ?? 0;
        if ((ints == 0) == (texts == 0))
        {
            throw scope.Error(FormattableString.Invariant($"{texts} classlabels_strings and {ints} classlabels_ints are given, expected one of the two"));
        }

        int intercepts = scope.Attributes.Floats("intercepts")?.Length ?? 0;
        if (intercepts == 1)
        {
            throw scope.NotSupported("a single row of coefficients is not supported", "give a row for each class: -w and w of two");
        }

        // Runtimes count the classes by them.
        if (intercepts != ints + texts)
        {
            throw scope.Error(FormattableString.Invariant($"{intercepts} intercepts are given for {ints + texts} classes, expected one for each"));
        }

        TensorType scores = LinearScores.Infer(scope, intercepts);
        return [new(ints > 0 ? DType.Int64 : DType.String, new TensorShape([scores.Shape!.Value[0]])), scores];
    }

    public bool Decompose(Decomposition d)
    {
        (string scores, string answers) = Scores(d.Attributes).Decompose(d);
        Tensor labels = d.Attributes.Strings("classlabels_strings") is { IsEmpty: false } texts
            ? Tensor.OfStrings([texts.Length], [.. texts])
            : Tensor.Vector<long>(d.Attributes.Ints("classlabels_ints")!.Value.AsSpan());
        string largest = d.Op("ArgMax", Attributes.Of(("axis", 1L), ("keepdims", 0L)), scores);
        d.Return(0, d.Op("Gather", d.Constant("labels", labels), largest));
        return d.Return(1, answers);
    }

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        LinearScores scores = Scores(spec.Attributes);
        Slot z = spec.HasOut(1) ? spec.Out(1) : spec.Scratch((long)Features.Rows(spec.In(0).Shape) * scores.Count * sizeof(float));
        return scores.Compile<T>(spec, z, spec.HasOut(0) ? Labels(spec.Out(0), spec.Attributes) : null);
    }

    private static LinearScores Scores(Attributes attributes) => LinearScores.Of(attributes, attributes.Floats("intercepts")!.Value.Length);

    private static Action<int, int> Labels(Slot y, Attributes attributes)
    {
        if (y.Type == DType.String)
        {
            ImmutableArray<string> texts = attributes.Strings("classlabels_strings")!.Value;
            return (row, place) => y.Strings[row] = texts[place];
        }

        ImmutableArray<long> numbers = attributes.Ints("classlabels_ints")!.Value;
        return (row, place) => y.Span<long>()[row] = numbers[place];
    }
}
