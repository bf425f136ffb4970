using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>A copy of the data with slices replaced or reduced: each tuple in the last dimension of indices names the slice of one update.</summary>
/// <remarks>Where tuples repeat, updates are reduced in their order; without a reduction the last one stays.</remarks>
public sealed class ScatterND : Scatter
{
    private const int Columns = 1024;

    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        18,
        [new("data", "T"), new("indices", "I"), new("updates", "T")],
        [new("output", "T")],
        [AttributeSchema.String("reduction")],
        [("T", TypeSet.NumbersAndBool), ("I", TypeSet.Int64)])
    { From = 11 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return Differentiate(
            s,
            (data, updates, reduction) => g.Node("ScatterND", [data, s.In(1), updates], Attributes.Of(("reduction", reduction))),
            value => g.Node("GatherND", [value, s.In(1)]));
    });

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        CheckReduction(scope);
        if (scope.Shape(0) is { } data && scope.Shape(1) is { } indices)
        {
            if (indices.Rank == 0 || indices[-1].Size > data.Rank)
            {
                throw scope.Error($"indices of shape {indices} do not fit data of shape {data}");
            }

            if (scope.Shape(2) is { IsStatic: true } updates && data.IsStatic && indices.IsStatic
                && updates != new TensorShape([.. indices.Dims[..^1], .. data.Dims[indices[-1].Size..]]))
            {
                throw scope.Error($"updates of shape {updates} do not fit indices of shape {indices} and data of shape {data}");
            }
        }

        return [scope.In(0)];
    }

    private protected override unsafe Kernel Compile<T, TReduction>(KernelSpec spec)
    {
        Slot y = spec.Out();
        Slot updates = spec.In(2);
        var tuples = new IndexTuples(spec.Node, spec.In(1), y.Shape);
        int slice = tuples.Slice;
        Kernel copy = Views.Copy(spec);

        // Repeated tuples meet in one element: work is split by columns, so that each element sees its updates in order.
        Action<int> body = item =>
        {
            int from = item * Columns;
            int count = Math.Min(Columns, slice - from);
            for (int tuple = 0; tuple < tuples.Count; tuple++)
            {
                T* to = (T*)y.Pointer + tuples.Start(tuple) + from;
                T* update = (T*)updates.Pointer + ((nint)tuple * slice) + from;
                for (int i = 0; i < count; i++)
                {
                    to[i] = TReduction.Combine(to[i], update[i]);
                }
            }
        };
        int items = tuples.Count == 0 || slice == 0 ? 0 : ((slice - 1) / Columns) + 1;
        return team =>
        {
            copy(team);
            team.Run(items, body);
        };
    }
}
