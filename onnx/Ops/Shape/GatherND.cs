using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Picks slices: each tuple in the last dimension of indices names one, after batch_dims dimensions that both inputs share.</summary>
public sealed class GatherND : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [new("data", "T"), new("indices", "I")],
        [new("output", "T")],
        [AttributeSchema.Int("batch_dims")],
        [("T", TypeSet.NumbersAndBool), ("I", TypeSet.Int64)])
    { From = 11 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => s.Attributes.Int("batch_dims", 0) == 0
        ? [s.Builder.Node("ScatterND", [s.Builder.ZerosLike(s.In(0)), s.In(1), s.DY], Attributes.Of(("reduction", "add"))), null]
        : [Slice.SpreadBack(s.Builder, s.In(0), s.DY, places => s.Builder.Node("GatherND", [places, s.In(1)], s.Attributes)), null]);

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        int batch = (int)scope.Attributes.Int("batch_dims", 0);
        if (scope.Shape(0) is not { } data || scope.Shape(1) is not { } indices || (indices.Rank > 0 && !indices[-1].IsKnown))
        {
            return [new(scope.Type(0), null)];
        }

        bool isFit = batch >= 0 && batch < indices.Rank && batch + indices[-1].Size <= data.Rank
            && !Enumerable.Range(0, batch).Any(d => data[d].IsKnown && indices[d].IsKnown && data[d] != indices[d]);
        return isFit
            ? [new(scope.Type(0), new TensorShape([.. indices.Dims[..^1], .. data.Dims[(batch + indices[-1].Size)..]]))]
            : throw scope.Error($"indices of shape {indices} do not fit data of shape {data} with batch_dims {batch}");
    }

    /// <inheritdoc/>
    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        int batch = (int)spec.Attributes.Int("batch_dims", 0);
        var tuples = new IndexTuples(spec.Node, spec.In(1), x.Shape, batch);
        int batches = Tensor.LengthOf(x.Shape[..batch]);
        int perBatch = batches == 0 ? 0 : tuples.Count / batches;
        int stride = Tensor.LengthOf(x.Shape[batch..]);
        int size = x.Type.Size();
        int bytes = tuples.Slice * size;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, tuples.Slice));
        Action<int> body = item =>
        {
            int last = Math.Min(tuples.Count, (item + 1) * perItem);
            for (int tuple = item * perItem; tuple < last; tuple++)
            {
                nint from = ((nint)(tuple / perBatch) * stride) + tuples.Start(tuple);
                Blobs.Copy(x.Pointer + (from * size), y.Pointer + ((nint)tuple * bytes), bytes);
            }
        };
        int items = y.Length == 0 ? 0 : ((tuples.Count - 1) / perItem) + 1;
        return team => team.Run(items, body);
    }
}
