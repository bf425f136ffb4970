using System.Numerics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The same elements under another shape: 0 keeps a size (unless allowzero is 1), -1 is inferred.</summary>
public sealed class Reshape : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        14,
        [new("data", "T"), new("shape", "I")],
        [new("reshaped", "T")],
        [AttributeSchema.Int("allowzero")],
        [("T", TypeSet.All), ("I", TypeSet.Int64)])
    { From = 5 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => [s.Builder.ReshapeLike(s.DY, s.In(0)), null]);

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorShape? shape = scope.Integers(1) is { } target ? Resolve(scope, target) : Axes.Unknown(scope, 1);
        return [new(scope.Type(0), shape)];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => Views.Copy(spec);

    private static TensorShape Resolve(InferenceScope scope, long[] target)
    {
        bool keepsZero = scope.Attributes.Int("allowzero", 0) != 0;
        TensorShape? from = scope.Shape(0);
        List<Dim>? rest = from is { } known ? [.. known.Dims] : null;
        var dims = new Dim[target.Length];
        int inferred = -1;
        BigInteger product = 1;
        for (int i = 0; i < target.Length; i++)
        {
            if (target[i] == -1)
            {
                inferred = inferred < 0 ? i : throw scope.Error($"shape [{string.Join(",", target)}] has more than one -1");
            }
            else if (target[i] == 0 && !keepsZero)
            {
                if (from is { } x && i >= x.Rank)
                {
                    throw scope.Error($"shape [{string.Join(",", target)}] keeps dimension {i} of {x}, which has none");
                }

                dims[i] = from?[i] ?? Dim.Unknown;
            }
            else
            {
                dims[i] = Axes.Size(scope, target[i]);
                product *= target[i];
            }
        }

        if (rest is null)
        {
            return new TensorShape(dims);
        }

        bool isEmpty = rest.Any(d => d is { Size: 0 }) || product == 0;
        for (int i = target.Length - 1; i >= 0; i--)
        {
            if (target[i] == 0 && !keepsZero)
            {
                rest.RemoveAt(i);
            }
        }

        Dim[] open = [.. rest.Where(d => !d.IsKnown)];
        BigInteger given = rest.Where(d => d.IsKnown).Aggregate(BigInteger.One, (n, d) => n * d.Size);
        if (inferred < 0)
        {
            bool isFit = open.Length > 0 || given == product || (isEmpty && dims.Any(d => d is { Size: 0 }) && from!.Value.Dims.Any(d => d is { Size: 0 }));
            return isFit ? new TensorShape(dims) : throw Misfit(scope, target);
        }

        if (open.Length == 0 && !isEmpty)
        {
            dims[inferred] = given % product == 0 ? Axes.Size(scope, (long)(given / product)) : throw Misfit(scope, target);
        }
        else if (open.Length == 0)
        {
            dims[inferred] = product != 0 ? Axes.Size(scope, (long)(given / product)) : throw Misfit(scope, target);
        }
        else
        {
            dims[inferred] = open.Length == 1 && given == product && product != 0 ? open[0] : Dim.Unknown;
        }

        return new TensorShape(dims);
    }

    private static AnnealException Misfit(InferenceScope scope, long[] target) =>
        scope.Error($"input of shape {scope.Shape(0)} cannot be reshaped to [{string.Join(",", target)}]");
}
