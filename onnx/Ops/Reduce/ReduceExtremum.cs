using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>What the largest and the smallest over axes share: equal elements share the gradient, and nothing reduces to an infinity or the type's bound.</summary>
internal abstract class ReduceExtremum : Reduce
{
    public override OpSchema Schema { get; } = SchemaOf(
        18, TypeSet.Of(DType.Float, DType.Double, DType.Int32, DType.Int64, DType.UInt32, DType.UInt64, DType.Int8, DType.UInt8));

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        Value wins = g.Equal(s.In(0), KeepDims(s, s.Out()));
        Value count = g.Node(nameof(ReduceSum), s.Has(1) ? [g.Cast(wins, type), s.In(1)] : [g.Cast(wins, type)], s.Attributes);
        return [g.Where(wins, KeepDims(s, g.Div(s.DY, count)), g.Scalar(0, type)), null];
    });
}
