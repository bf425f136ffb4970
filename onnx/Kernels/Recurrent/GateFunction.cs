using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Kernels;

/// <summary>An activation of a recurrent op, by the standard's name, over whole vectors.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
internal sealed unsafe class GateFunction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Dictionary<string, (float? Alpha, float? Beta, Func<T, T, T, T> Apply)> s_scalar = new(StringComparer.Ordinal)
    {
        ["Affine"] = (1, 0, (x, a, b) => (a * x) + b),
        ["Relu"] = (null, null, (x, _, _) => x < T.Zero ? T.Zero : x),
        ["LeakyRelu"] = (0.01f, null, (x, a, _) => x < T.Zero ? a * x : x),
        ["ThresholdedRelu"] = (1, null, (x, a, _) => x < a ? T.Zero : x),
        ["Tanh"] = (null, null, (x, _, _) => T.Tanh(x)),
        ["ScaledTanh"] = (1, 1, (x, a, b) => a * T.Tanh(b * x)),
        ["Sigmoid"] = (null, null, (x, _, _) => T.One / (T.One + T.Exp(-x))),
        ["HardSigmoid"] = (0.2f, 0.5f, (x, a, b) => T.Min(T.One, T.Max(T.Zero, (a * x) + b))),
        ["Elu"] = (1, null, (x, a, _) => x < T.Zero ? a * (T.Exp(x) - T.One) : x),
        ["Softsign"] = (null, null, (x, _, _) => x / (T.One + T.Abs(x))),
        ["Softplus"] = (null, null, (x, _, _) => T.Max(x, T.Zero) + T.LogP1(T.Exp(-T.Abs(x)))),
    };

    private readonly string _name;
    private readonly T _alpha;
    private readonly T _beta;
    private readonly Func<T, T, T, T> _apply;

    private GateFunction(string name, float alpha, float beta, Func<T, T, T, T> apply)
    {
        _name = name;
        _alpha = T.CreateTruncating(alpha);
        _beta = T.CreateTruncating(beta);
        _apply = apply;
    }

    /// <summary>The logistic function.</summary>
    public static GateFunction<T> Sigmoid { get; } = new("Sigmoid", 0, 0, s_scalar["Sigmoid"].Apply);

    /// <summary>The hyperbolic tangent.</summary>
    public static GateFunction<T> Tanh { get; } = new("Tanh", 0, 0, s_scalar["Tanh"].Apply);

    /// <summary>The functions of a node, which take their parameters from the lists in turn.</summary>
    /// <param name="spec">The node, whose attributes name known functions.</param>
    /// <param name="defaults">The functions of a direction where none is named.</param>
    /// <param name="directions">The number of directions.</param>
    /// <returns>The functions, direction by direction.</returns>
    public static GateFunction<T>[] OfNode(KernelSpec spec, IReadOnlyList<string> defaults, int directions) =>
        [.. Named(spec.Attributes, defaults, directions).Select(f => new GateFunction<T>(f.Name, f.Alpha, f.Beta, s_scalar[f.Name].Apply))];

    /// <summary>The names and parameters of the functions of a node: see <see cref="OfNode"/>.</summary>
    public static IEnumerable<(string Name, float Alpha, float Beta)> Named(Attributes attributes, IReadOnlyList<string> defaults, int directions)
    {
        IEnumerable<string> names = attributes.Strings("activations") is { Length: > 0 } given
            ? given
            : Enumerable.Repeat(defaults, directions).SelectMany(d => d);
        using IEnumerator<float> alphas = ((IEnumerable<float>)(attributes.Floats("activation_alpha") ?? [])).GetEnumerator();
        using IEnumerator<float> betas = ((IEnumerable<float>)(attributes.Floats("activation_beta") ?? [])).GetEnumerator();
        foreach (string name in names)
        {
            yield return (name, Next(s_scalar[name].Alpha, alphas), Next(s_scalar[name].Beta, betas));
        }

        static float Next(float? otherwise, IEnumerator<float> given) => otherwise is null ? 0 : given.MoveNext() ? given.Current : otherwise.Value;
    }

    /// <summary>Whether there is a function of that name.</summary>
    public static bool IsKnown(string name) => s_scalar.ContainsKey(name);

    /// <summary>The names there are.</summary>
    public static IEnumerable<string> Names => s_scalar.Keys;

    /// <summary>y = f(x), which may be written over x.</summary>
    /// <param name="x">The arguments.</param>
    /// <param name="y">The values.</param>
    /// <param name="count">Their number, a multiple of a vector of 512 bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(T* x, T* y, int count)
    {
        switch (_name)
        {
            case "Sigmoid":
                for (int i = 0; i < count; i += Vector512<T>.Count)
                {
                    (Vector512<T>.One / (Vector512<T>.One + Exp(-Vector512.Load(x + i)))).Store(y + i);
                }

                break;
            case "Tanh":
                for (int i = 0; i < count; i += Vector512<T>.Count)
                {
                    TanhOf(Vector512.Load(x + i)).Store(y + i);
                }

                break;
            case "Relu":
                for (int i = 0; i < count; i += Vector512<T>.Count)
                {
                    Ops512<T>.Relu(Vector512.Load(x + i)).Store(y + i);
                }

                break;
            default:
                for (int i = 0; i < count; i++)
                {
                    y[i] = _apply(x[i], _alpha, _beta);
                }

                break;
        }
    }

    // tanh|x| = (1 - e) / (1 + e) with e = exp(-2|x|), whose difference cancels near zero: there float takes the series, whose next term is below its precision.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> TanhOf(Vector512<T> x)
    {
        Vector512<T> magnitude = Vector512.Abs(x);
        Vector512<T> e = Exp(magnitude * T.CreateTruncating(-2));
        Vector512<T> y = Vector512.CopySign((Vector512<T>.One - e) / (Vector512<T>.One + e), x);
        if (typeof(T) == typeof(double))
        {
            return y;
        }

        Vector512<float> s = x.AsSingle();
        Vector512<float> square = s * s;
        Vector512<float> p = Vector512.MultiplyAddEstimate(square, Vector512.Create(62f / 2835), Vector512.Create(-17f / 315));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(2f / 15));
        p = Vector512.MultiplyAddEstimate(p, square, Vector512.Create(-1f / 3));
        p = Vector512.MultiplyAddEstimate(p * square, s, s);
        return Vector512.ConditionalSelect(Vector512.LessThan(magnitude.AsSingle(), Vector512.Create(0.2f)), p, y.AsSingle()).As<float, T>();
    }

    // exp(x) = 2ⁿ·exp(r) with n whole and |r| ≤ ln 2 / 2, ln 2 in two parts so that r is exact; the series to r⁷ is as precise as float.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Exp(Vector512<T> value)
    {
        if (typeof(T) == typeof(double))
        {
            return Vector512.Exp(value.AsDouble()).As<double, T>();
        }

        Vector512<float> x = Vector512.MinNative(Vector512.Create(88f), Vector512.MaxNative(Vector512.Create(-87f), value.AsSingle()));
        Vector512<float> n = Vector512.Round(x * 1.44269504f);
        Vector512<float> r = Vector512.MultiplyAddEstimate(n, Vector512.Create(-0.693145752f), x);
        r = Vector512.MultiplyAddEstimate(n, Vector512.Create(-1.42860677e-6f), r);
        Vector512<float> p = Vector512.MultiplyAddEstimate(r, Vector512.Create(1f / 5040), Vector512.Create(1f / 720));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1f / 120));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1f / 24));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(1f / 6));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(0.5f));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512<float>.One);
        p = Vector512.MultiplyAddEstimate(p, r, Vector512<float>.One);
        Vector512<int> power = (Vector512.ConvertToInt32Native(n) + Vector512.Create(127)) << 23;
        return (p * power.AsSingle()).As<float, T>();
    }
}
