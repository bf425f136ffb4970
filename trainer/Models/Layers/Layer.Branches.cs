using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>Branches that all begin at the layer's input, and whose outputs are added or put beside each other.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Parts">The branches, two or more.</param>
    /// <param name="IsSum">Whether the outputs are added, all being of one shape; otherwise they are joined along the channels of images, the last axis of anything else.</param>
    public sealed record Branches(string Name, Origin Origin, IReadOnlyList<Branch> Parts, bool IsSum) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            GraphBuilder g = context.Graph;
            if (Parts.Count < 2)
            {
                throw Error($"has {Parts.Count} branches, expected two or more", "put the layers of a single one in its place");
            }

            var outputs = new Value[Parts.Count];
            for (int i = 0; i < outputs.Length; i++)
            {
                using IDisposable scope = g.Scope(Parts[i].Name);
                outputs[i] = context.Chain(Parts[i].Layers, x);
            }

            int axis = outputs[0].Rank == 4 ? 1 : outputs[0].Rank - 1;
            for (int i = 1; i < outputs.Length; i++)
            {
                if (!Fits(outputs[0].Shape, outputs[i].Shape, IsSum ? -1 : axis))
                {
                    throw Error(
                        $"cannot {(IsSum ? "add" : "join")} branch '{Parts[0].Name}' of {outputs[0].Shape} and branch '{Parts[i].Name}' of {outputs[i].Shape}",
                        IsSum ? "let their last layers give one shape" : $"let their last layers give shapes that differ in axis {axis} alone");
                }
            }

            return IsSum ? outputs.Aggregate((a, b) => g.Add(a, b)) : g.Node("Concat", outputs, Attributes.Of(("axis", (long)axis)));
        }

        /// <summary>Whether two shapes agree behind the batch, whose size may be known under different names.</summary>
        /// <param name="a">A shape.</param>
        /// <param name="b">Another.</param>
        /// <param name="free">An axis in which they may differ.</param>
        internal static bool Fits(TensorShape a, TensorShape b, int free = -1) =>
            a.Rank == b.Rank && Enumerable.Range(1, Math.Max(0, a.Rank - 1)).All(i => i == free || a[i] == b[i]);

        private AnnealException Error(string text, string hint) =>
            AnnealException.BadUsage($"layer '{Name}' ({(IsSum ? "add" : "concat")}) {text}", hint).In(Origin.ToString());
    }
}
