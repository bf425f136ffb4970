using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>A last dimension of zeros with a 1 at the place that an element has in a list of categories; no 1, or an error, where it has none.</summary>
/// <remarks>Numbers are compared without their fraction. Of equal categories the last counts.</remarks>
internal sealed class OneHotEncoder : Op
{
    public override string Domain => Model.MlDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("X", "T")],
        [new("Y", "F")],
        [AttributeSchema.Ints("cats_int64s"), AttributeSchema.Strings("cats_strings"), AttributeSchema.Int("zeros")],
        [("T", TypeSet.Of(DType.String, DType.Int64, DType.Int32, DType.Float, DType.Double)), ("F", TypeSet.Of(DType.Float))]);

    public override Gradient Gradient => Gradient.Zero;

    public override TensorType[] Infer(InferenceScope scope)
    {
        int categories = Features.CheckKind(
            scope,
            scope.Type(0) == DType.String,
            ("cats_strings", scope.Attributes.Strings("cats_strings")?.Length ?? 0),
            ("cats_int64s", scope.Attributes.Ints("cats_int64s")?.Length ?? 0));
        return [new(DType.Float, scope.Shape(0) is { } shape ? new TensorShape([.. shape.Dims, Dim.Of(categories)]) : null)];
    }

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.String => Make(spec, spec.Attributes.Strings("cats_strings")!.Value, x => i => x.Strings[i]),
        DType.Int64 => Numbers<long>(spec),
        DType.Int32 => Numbers<int>(spec),
        DType.Float => Numbers<float>(spec),
        _ => Numbers<double>(spec),
    };

    private static Kernel Numbers<T>(KernelSpec spec)
        where T : unmanaged, System.Numerics.INumber<T> =>
        Make(spec, spec.Attributes.Ints("cats_int64s")!.Value, x => i => long.CreateTruncating(x.Span<T>()[i]));

    private static Kernel Make<TKey>(KernelSpec spec, IReadOnlyList<TKey> categories, Func<Slot, Func<int, TKey>> read)
        where TKey : notnull
    {
        var places = new Dictionary<TKey, int>();
        for (int i = 0; i < categories.Count; i++)
        {
            places[categories[i]] = i;
        }

        Slot x = spec.In(0);
        Slot y = spec.Out();
        Node node = spec.Node;
        bool isLenient = spec.Attributes.Int("zeros", 1) != 0;
        Func<int, TKey> element = read(x);
        int width = categories.Count;
        int perItem = Math.Max(1, Elementwise.Chunk / width);
        Action<int> body = item =>
        {
            int end = Math.Min(x.Length, (item + 1) * perItem);
            for (int i = item * perItem; i < end; i++)
            {
                Span<float> to = y.Span<float>().Slice(i * width, width);
                to.Clear();
                if (places.TryGetValue(element(i), out int place))
                {
                    to[place] = 1;
                }
                else if (!isLenient)
                {
                    throw AnnealException.BadData(FormattableString.Invariant($"'{element(i)}' is none of its {width} categories")).In(node);
                }
            }
        };
        int items = (x.Length + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
