using System.Collections.Immutable;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter;

/// <summary>The model that leaves a run: raw rows in, decision and probabilities out, parameters inside, standard ops only.</summary>
public static class Deployable
{
    private static readonly PassPipeline s_passes = new(
        ("ConstantFolding", ConstantFolding.Apply),
        ("FoldBatchNorm", FoldBatchNorm.Apply),
        ("CommonSubexpressions", CommonSubexpressions.Apply),
        ("DeadNodes", DeadNodes.Apply));

    /// <summary>Builds the deployable.</summary>
    /// <param name="name">The graph's name: the pipeline's.</param>
    /// <param name="inference">Raw inputs and parameters to the model's outputs.</param>
    /// <param name="parameters">The value of each parameter input.</param>
    /// <param name="signature">What the model takes and answers.</param>
    /// <param name="metadata">Provenance and metrics by key.</param>
    /// <returns>A checked model of opset 18 whose first dimension is the batch.</returns>
    /// <exception cref="AnnealException">The graph does not stand alone.</exception>
    public static Model Build(
        string name,
        Graph inference,
        IReadOnlyDictionary<string, Tensor> parameters,
        ModelSignature signature,
        IReadOnlyDictionary<string, string> metadata)
    {
        var g = new GraphBuilder(name);
        Dictionary<string, Value> inputs = RawInputs.Add(g, [.. inference.Inputs.Where(i => !parameters.ContainsKey(i.Name))], signature);
        foreach (ValueInfo parameter in inference.Inputs.Where(i => parameters.ContainsKey(i.Name)))
        {
            inputs.Add(parameter.Name, g.Initializer(parameter.Name, parameters[parameter.Name]));
        }

        IReadOnlyDictionary<string, Value> outputs = g.Splice(inference, inputs);
        if (signature.Task != ModelTask.Multilabel && outputs.TryGetValue(ModelSignature.ClassOutput, out Value? index))
        {
            g.Output(Label(g, index, signature.Classes), ModelSignature.LabelOutput);
        }

        foreach (ValueInfo output in inference.Outputs)
        {
            g.Output(outputs[output.Name], output.Name);
        }

        Graph graph = s_passes.Run(g.Build());
        if (graph.Nodes.FirstOrDefault(n => n.Domain is not ("" or Model.MlDomain)) is { } foreign)
        {
            throw AnnealException.BadUsage($"op {foreign.OpType} (domain {foreign.Domain}) is not one of ONNX's own", "this is a defect of the exporter: report it").In(foreign);
        }

        Model model = Model.Of(graph);
        return model with
        {
            Metadata = metadata.ToImmutableSortedDictionary(StringComparer.Ordinal).SetItem(ModelSignature.MetadataKey, signature.ToJson()),
        };
    }

    // The class's own name where it has one; its number otherwise.
    private static Value Label(GraphBuilder g, Value index, ImmutableArray<string> classes)
    {
        if (classes.IsEmpty)
        {
            return index;
        }

        return g.Node(
            "LabelEncoder",
            [index],
            Attributes.Of(
                ("keys_int64s", Enumerable.Range(0, classes.Length).Select(i => (long)i).ToArray()),
                ("values_strings", new AttributeValue.Strings(classes))),
            Model.MlDomain);
    }
}
