using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Picks single elements: along the axis, output i is the data at index indices[i].</summary>
public sealed class GatherElements : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [new("data", "T"), new("indices", "Tind")],
        [new("output", "T")],
        [AttributeSchema.Int("axis")],
        [("T", TypeSet.NumbersAndBool), ("Tind", TypeSet.Indices)])
    { From = 11 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    [
        s.Builder.Node(
            "ScatterElements",
            [s.Builder.ZerosLike(s.In(0)), s.In(1), s.DY],
            Attributes.Of(("axis", s.Attributes.Int("axis", 0)), ("reduction", "add"))),
        null,
    ]);

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        if (scope.Shape(0) is { } data)
        {
            scope.Axis(scope.Attributes.Int("axis", 0), data.Rank);
        }

        CheckIndices(scope);
        return [new(scope.Type(0), scope.Shape(1))];
    }

    /// <inheritdoc/>
    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        int size = x.Type.Size();
        int axis = Axes.Of(spec.Attributes.Int("axis", 0), x.Shape.Length);
        var lines = new AxisLines(x.Shape, y.Shape, axis);
        var indices = new Indexing(spec.Node, spec.In(1), axis, x.Shape[axis]);
        Action<int> body = item =>
        {
            int last = Math.Min(lines.Count, (item + 1) * lines.PerItem);
            for (int line = item * lines.PerItem; line < last; line++)
            {
                (int data, int index) = lines.Start(line);
                for (int i = 0; i < lines.Length; i++, index += lines.IndexStep)
                {
                    nint from = data + ((nint)indices.At(index) * lines.DataStep);
                    Blobs.Copy(x.Pointer + (from * size), y.Pointer + ((nint)index * size), size);
                }
            }
        };
        return team => team.Run(lines.Items, body);
    }

    /// <summary>Fails where indices are larger than the data in a dimension other than the axis.</summary>
    internal static void CheckIndices(InferenceScope scope)
    {
        if (scope.Shape(0) is not { } data || scope.Shape(1) is not { } indices)
        {
            return;
        }

        bool isFit = data.Rank == indices.Rank;
        if (isFit)
        {
            int axis = scope.Axis(scope.Attributes.Int("axis", 0), data.Rank);
            isFit = !Enumerable.Range(0, data.Rank).Any(d => d != axis && data[d].IsKnown && indices[d].Size > data[d].Size);
        }

        if (!isFit)
        {
            throw scope.Error($"indices of shape {indices} do not fit data of shape {data}");
        }
    }
}
