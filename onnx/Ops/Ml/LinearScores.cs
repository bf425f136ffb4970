using System.Collections.Immutable;
using System.Numerics;
using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using DType = Anneal.Onnx.Tensors.DType;
using Tensor = Anneal.Onnx.Tensors.Tensor;

namespace Anneal.Onnx.Ops;

/// <summary>X · coefficientsᵀ + intercepts in float, and what is made of a row of it: what LinearClassifier and LinearRegressor share.</summary>
internal sealed unsafe class LinearScores
{
    private readonly float[] _coefficients;
    private readonly float[] _intercepts;
    private readonly string _transform;

    private LinearScores(Attributes attributes, int count)
    {
        Count = count;
        _coefficients = [.. attributes.Floats("coefficients")!.Value];
        _intercepts = [.. attributes.Floats("intercepts") ?? []];
        _transform = attributes.String("post_transform", None);
    }

    /// <summary>The scores as they are.</summary>
    public const string None = "NONE";

    /// <summary>Each score through 1 / (1 + e⁻ˣ).</summary>
    public const string Logistic = "LOGISTIC";

    /// <summary>The softmax of a row.</summary>
    public const string Softmax = "SOFTMAX";

    /// <summary>The attributes of both ops.</summary>
    public static ImmutableArray<AttributeSchema> Schemas { get; } =
        [AttributeSchema.Floats("coefficients", required: true), AttributeSchema.Floats("intercepts"), AttributeSchema.String("post_transform")];

    /// <summary>Scores in a row.</summary>
    public int Count { get; }

    private int Width => _coefficients.Length / Count;

    /// <summary>The scores of a node that was checked.</summary>
    public static LinearScores Of(Attributes attributes, int count) => new(attributes, count);

    /// <summary>Refuses a node whose lists do not fit each other or its input.</summary>
    /// <returns>The type of the scores, [N, count].</returns>
    public static TensorType Infer(InferenceScope scope, int count)
    {
        int coefficients = scope.Attributes.Floats("coefficients")!.Value.Length;
        int intercepts = scope.Attributes.Floats("intercepts")?.Length ?? 0;
        if (count < 1 || coefficients == 0 || coefficients % count != 0 || (intercepts != 0 && intercepts != count))
        {
            throw scope.Error(FormattableString.Invariant($"{coefficients} coefficients and {intercepts} intercepts are given for {count} scores, expected as many of each for every score"));
        }

        string transform = scope.Attributes.String("post_transform", None);
        if (transform is not (None or Logistic or Softmax))
        {
            throw scope.NotSupported($"post_transform {transform} is not supported, expected NONE, LOGISTIC or SOFTMAX");
        }

        if (count == 1 && transform != None)
        {
            throw scope.NotSupported($"post_transform {transform} of a single score is not supported: runtimes do not agree on it", "give a row of coefficients for each class: -w and w of two");
        }

        Features.Check(scope, coefficients / count, "coefficients of a score");
        return new TensorType(DType.Float, new TensorShape([Features.Rows(scope.Shape(0)), count]));
    }

    /// <summary>Says the scores, and what is made of them.</summary>
    /// <returns>The values.</returns>
    public (string Scores, string Answers) Decompose(Decomposition d)
    {
        string x = d.Float(0);
        x = d.Type(0).Shape is { Rank: 1 } ? d.Op("Reshape", x, d.Constant("row", Tensor.Vector(1L, -1))) : x;

        // σ(-s) and σ(s) are the softmax of -s/2 and s/2, which stays a distribution when the two rows are trained.
        bool isPair = Count == 2 && _transform == Logistic && AreOpposite(_coefficients) && AreOpposite(_intercepts);
        float scale = isPair ? 0.5f : 1;
        Tensor weights = Tensor.Zeros(DType.Float, Width, Count);
        for (int i = 0; i < weights.Length; i++)
        {
            weights.Span<float>()[i] = scale * _coefficients[(i % Count * Width) + (i / Count)];
        }

        string product = d.Op("MatMul", x, d.Constant("coefficients", weights));
        Tensor added = Tensor.Of<float>([Count], _intercepts.Length == 0 ? new float[Count] : [.. _intercepts.Select(v => scale * v)]);
        string scores = d.Op("Add", product, d.Constant("intercepts", added));
        return (scores, _transform == None ? scores : isPair || _transform == Softmax ? d.Op("Softmax", Attributes.Of(("axis", -1L)), scores) : d.Op("Sigmoid", scores));
    }

    /// <summary>The kernel.</summary>
    /// <param name="spec">The node; its first input is X.</param>
    /// <param name="z">Where the answers go.</param>
    /// <param name="first">Takes a row's number and the place of its largest score; null where nobody asks.</param>
    public Kernel Compile<T>(KernelSpec spec, Slot z, Action<int, int>? first)
        where T : unmanaged, INumber<T>
    {
        Slot x = spec.In(0);
        int rows = Features.Rows(x.Shape);
        int perItem = Math.Max(1, Elementwise.Chunk / _coefficients.Length);
        Action<int> body = item =>
        {
            int end = Math.Min(rows, (item + 1) * perItem);
            for (int row = item * perItem; row < end; row++)
            {
                ReadOnlySpan<T> from = x.Span<T>().Slice(row * Width, Width);
                Span<float> to = new((float*)z.Pointer + ((nint)row * Count), Count);
                Score(from, to);
                first?.Invoke(row, Largest(to));
                Transform(to);
            }
        };
        int items = (rows + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }

    private static int Largest(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        return best;
    }

    // Whether the second of two rows is the first with its sign turned.
    private static bool AreOpposite(float[] values)
    {
        int half = values.Length / 2;
        return !Enumerable.Range(0, half).Any(i => values[i] != -values[half + i]);
    }

    private void Score<T>(ReadOnlySpan<T> from, Span<float> to)
        where T : unmanaged, INumber<T>
    {
        for (int k = 0; k < Count; k++)
        {
            ReadOnlySpan<float> row = _coefficients.AsSpan(k * Width, Width);
            float sum = 0;
            if (typeof(T) == typeof(float))
            {
                sum = TensorPrimitives.Dot(System.Runtime.InteropServices.MemoryMarshal.Cast<T, float>(from), row);
            }
            else
            {
                for (int i = 0; i < row.Length; i++)
                {
                    sum += float.CreateTruncating(from[i]) * row[i];
                }
            }

            to[k] = sum + (_intercepts.Length == 0 ? 0 : _intercepts[k]);
        }
    }

    private void Transform(Span<float> scores)
    {
        if (_transform == Logistic)
        {
            foreach (ref float score in scores)
            {
                score = 1 / (1 + MathF.Exp(-score));
            }
        }
        else if (_transform == Softmax)
        {
            float largest = scores[Largest(scores)];
            float sum = 0;
            foreach (ref float score in scores)
            {
                score = MathF.Exp(score - largest);
                sum += score;
            }

            TensorPrimitives.Divide(scores, sum, scores);
        }
    }
}
