using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models.Import;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>The part of a model from a file that is trained: its nodes under their own names, its weights as parameters.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Model">The model.</param>
    /// <remarks>
    /// In a training step BatchNormalization goes by the batch unless its scale is frozen, and Dropout drops out. Features come in the core's shape where their elements fit.
    /// </remarks>
    public sealed record Imported(string Name, Origin Origin, ImportedModel Model) : Layer(Name, Origin)
    {
        private const float UsualRatio = 0.5f;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            GraphBuilder g = context.Graph;
            Graph core = Model.Core;
            var names = new OwnNames(g, Model.NameOf, Origin) { [core.Inputs[0].Name] = core.Nodes.IsEmpty ? x : Model.Fit(g, x) };
            HashSet<string> frozen = Parameters(context, names);
            foreach ((string name, Tensor tensor) in core.Initializers.Where(i => !names.Has(i.Key)))
            {
                names.Constant(name, tensor);
            }

            foreach (Node node in core.Nodes)
            {
                bool isNorm = node is { Domain: "", OpType: "BatchNormalization" };
                if (isNorm && context.IsTraining && !frozen.Contains(node.Inputs[1]))
                {
                    names[node.Outputs[0]] = Normalised(context, names, node);
                }
                else if (node is { Domain: "", OpType: "Dropout" } && context.IsTraining && Ratio(node, core) is var ratio and > 0)
                {
                    names[node.Outputs[0]] = context.Dropout(names[node.Inputs[0]], ratio, Name + "/" + node.Name);
                }
                else
                {
                    names.Add(Differentiable(isNorm ? node with { Outputs = node.Outputs[..1], Attributes = node.Attributes.Without("training_mode") } : node));
                }
            }

            return names[core.Outputs[0].Name];
        }

        /// <summary>The share that a Dropout drops; 0 where the file does not say it.</summary>
        internal static float Ratio(Node node, Graph core) => !node.HasInput(1) ? 0
            : core.Initializers.GetValueOrDefault(node.Inputs[1]) is { Type: DType.Float, Length: 1 } ratio ? ratio.Span<float>()[0]
            : core.Nodes.FirstOrDefault(n => n.Outputs.Contains(node.Inputs[1]))?.Attributes.Tensor("value") is { Type: DType.Float, Length: 1 } constant ? constant.Span<float>()[0]
            : UsualRatio;

        // Averages are states of the model whether they change or not, so that all of its graphs have the same.
        private HashSet<string> Parameters(LayerContext context, OwnNames names)
        {
            var frozen = new HashSet<string>(StringComparer.Ordinal);
            foreach (Weight weight in Model.Weights)
            {
                var parameter = new Parameter(Model.NameOf(weight.Name), weight.Value, weight.Decays);
                parameter = weight.IsTransposed ? parameter with { SummedAxes = [1] } : parameter;
                names[weight.Name] = context.Add(parameter);
                if (!context.Changes(parameter))
                {
                    frozen.Add(weight.Name);
                }
            }

            foreach (string statistic in Model.Statistics)
            {
                names[statistic] = context.State(Model.NameOf(statistic), Model.Core.Initializers[statistic]);
            }

            return frozen;
        }

        // The gradient goes where the largest were: inference does not ask for their places.
        private static Node Differentiable(Node node) => node is { Domain: "", OpType: "MaxPool" } && !node.HasOutput(1)
            ? node with { Outputs = [node.Outputs[0], node.Outputs[0] + "/indices"] }
            : node;

        private static Value Normalised(LayerContext context, OwnNames names, Node node)
        {
            Attributes attributes = Attributes.Of(("epsilon", node.Attributes.Float("epsilon", 1e-5f)), ("momentum", node.Attributes.Float("momentum", 0.9f)));
            Value[] results = context.Graph.Node("BatchNormTrain", [.. node.Inputs.Select(i => names[i])], 5, attributes, Onnx.Ir.Model.AnnealDomain);
            context.Replace(names[node.Inputs[3]], results[1]);
            context.Replace(names[node.Inputs[4]], results[2]);
            return results[0];
        }
    }
}
