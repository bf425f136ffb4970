using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>The largest or smallest of any number of operands, with broadcasting.</summary>
/// <remarks>NaN wins. Where operands are equal the gradient flows to the first of them.</remarks>
internal abstract class Extremum : Variadic
{
    public override OpSchema Schema { get; } = SchemaOf("result", TypeSet.Numbers);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        var gradients = new Value?[s.Node.Inputs.Length];
        Value? taken = null;
        for (int i = 0; i < gradients.Length; i++)
        {
            Value wins = g.Equal(s.In(i), s.Out());
            gradients[i] = g.Where(taken is null ? wins : g.Node("And", [wins, g.Node("Not", [taken])]), s.DY, zero);
            taken = taken is null ? wins : g.Node("Or", [taken, wins]);
        }

        return gradients;
    });
}
