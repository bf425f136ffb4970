using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Replaces each key by the value that stands at its place in a list; any other element by a default.</summary>
/// <remarks>Of equal keys the first counts. NaN is equal to NaN.</remarks>
public sealed class LabelEncoder : Op
{
    /// <summary>What an element that is no key becomes where <c>default_string</c> is left out.</summary>
    internal const string DefaultString = "_Unused";

    /// <summary>What an element that is no key becomes where <c>default_int64</c> is left out.</summary>
    internal const long DefaultInt = -1;

    /// <summary>What an element that is no key becomes where <c>default_float</c> is left out.</summary>
    internal const float DefaultFloat = -0f;

    private const int PerItem = 1024;

    /// <inheritdoc/>
    public override string Domain => Model.MlDomain;

    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        2,
        [new("X", "T1")],
        [new("Y", "T2")],
        [
            AttributeSchema.Strings("keys_strings"), AttributeSchema.Ints("keys_int64s"), AttributeSchema.Floats("keys_floats"),
            AttributeSchema.Strings("values_strings"), AttributeSchema.Ints("values_int64s"), AttributeSchema.Floats("values_floats"),
            AttributeSchema.String("default_string"), AttributeSchema.Int("default_int64"), AttributeSchema.Float("default_float"),
        ],
        [("T1", TypeSet.Of(DType.String, DType.Int64, DType.Float)), ("T2", TypeSet.Of(DType.String, DType.Int64, DType.Float))]);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Zero;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        (DType key, int keys) = Only(scope, "keys");
        (DType value, int values) = Only(scope, "values");
        if (key != scope.Type(0))
        {
            throw scope.Error($"input is {scope.Type(0).Name()}, expected {key.Name()} as the keys");
        }

        return keys == values
            ? [new(value, scope.Shape(0))]
            : throw scope.Error($"{keys} keys and {values} values are given, expected as many of each");
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.String => Compile<string>(spec, [.. spec.Attributes.Strings("keys_strings")!]),
        DType.Int64 => Compile<long>(spec, [.. spec.Attributes.Ints("keys_int64s")!]),
        _ => Compile<float>(spec, [.. spec.Attributes.Floats("keys_floats")!]),
    };

    private static (DType Type, int Count) Only(InferenceScope scope, string prefix)
    {
        (DType Type, int? Count)[] all =
        [
            (DType.String, scope.Attributes.Strings($"{prefix}_strings")?.Length),
            (DType.Int64, scope.Attributes.Ints($"{prefix}_int64s")?.Length),
            (DType.Float, scope.Attributes.Floats($"{prefix}_floats")?.Length),
        ];
        var given = all.Where(a => a.Count is not null).ToArray();
        return given.Length == 1
            ? (given[0].Type, given[0].Count!.Value)
            : throw scope.Error($"{given.Length} of {prefix}_strings, {prefix}_int64s and {prefix}_floats are given, expected one");
    }

    private static Kernel Compile<TKey>(KernelSpec spec, TKey[] keys)
        where TKey : notnull
    {
        var places = new Dictionary<TKey, int>(keys.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            places.TryAdd(keys[i], i);
        }

        Attributes a = spec.Attributes;
        return spec.Out().Type switch
        {
            DType.String => Compile<TKey, string>(spec, places, [.. a.Strings("values_strings")!], a.String("default_string", DefaultString)),
            DType.Int64 => Compile<TKey, long>(spec, places, [.. a.Ints("values_int64s")!], a.Int("default_int64", DefaultInt)),
            _ => Compile<TKey, float>(spec, places, [.. a.Floats("values_floats")!], a.Float("default_float", DefaultFloat)),
        };
    }

    private static Kernel Compile<TKey, TValue>(KernelSpec spec, Dictionary<TKey, int> places, TValue[] values, TValue otherwise)
        where TKey : notnull
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        Action<int> body = item =>
        {
            int start = item * PerItem;
            int count = Math.Min(PerItem, x.Length - start);
            Span<TKey> from = Elements<TKey>(x).Slice(start, count);
            Span<TValue> to = Elements<TValue>(y).Slice(start, count);
            for (int i = 0; i < count; i++)
            {
                to[i] = places.TryGetValue(from[i], out int place) ? values[place] : otherwise;
            }
        };
        int items = (x.Length + PerItem - 1) / PerItem;
        return team => team.Run(items, body);
    }

    private static unsafe Span<T> Elements<T>(Slot slot) => slot.Type == DType.String
        ? (Span<T>)(T[])(object)slot.Strings
        : new Span<T>(slot.Pointer, slot.Length);
}
