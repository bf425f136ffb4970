using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>The hinge of several classes: ℓ = Σ_{j≠y} max(0, 1 + z_j - z_y); of a mixture of classes the mean over them.</summary>
/// <seealso href="https://www.esann.org/sites/default/files/proceedings/legacy/es1999-461.pdf">Weston and Watkins, Support Vector Machines for Multi-Class Pattern Recognition (1999)</seealso>
public sealed record WestonWatkinsHinge : Loss
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Classification];

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => target.Outputs - 1;

    // The sums run over j = y too, where the hinge is 1.
    internal override Value Elements(LossScope s)
    {
        GraphBuilder g = s.Graph;
        Value one = g.Scalar(1, DType.Float);
        if (s.IsSoft)
        {
            Value pairs = g.Sub(g.Unsqueeze(s.Scores, 1), g.Unsqueeze(s.Scores, 2));
            Value ofClass = g.Sub(g.ReduceSum(g.Node("Relu", [g.Add(pairs, one)]), keepDims: false, 2), one);
            return g.ReduceSum(g.Mul(s.Shares, ofClass), keepDims: false, 1);
        }

        Value own = g.ReduceSum(g.Mul(s.Shares, s.Scores), keepDims: true, 1);
        return g.Sub(g.ReduceSum(g.Node("Relu", [g.Add(g.Sub(s.Scores, own), one)]), keepDims: false, 1), one);
    }
}
