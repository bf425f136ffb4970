using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir.Format;

/// <summary>A model without the tables through which its texts go in and out as codes, for a caller that looks them up itself.</summary>
/// <remarks>
/// An input counts when all that reads it are <c>LabelEncoder</c> nodes of one table, an output when it comes straight out of such a node, with nothing but
/// <c>Identity</c> between. Names stay; only the element types of these inputs and outputs change.
/// </remarks>
/// <param name="Model">The model that takes and gives codes.</param>
/// <param name="Inputs">What to make of each text of an input, by the input's name.</param>
/// <param name="Outputs">Which text each code of an output stands for, by the output's name.</param>
public sealed record CodedModel(CheckedModel Model, IReadOnlyDictionary<string, TextCodes> Inputs, IReadOnlyDictionary<string, CodeTexts> Outputs)
{
    /// <summary>Takes the tables out of a model.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The model without them; null where there are none.</returns>
    public static CodedModel? Of(CheckedModel model)
    {
        var inputs = new Dictionary<string, TextCodes>(StringComparer.Ordinal);
        var outputs = new Dictionary<string, CodeTexts>(StringComparer.Ordinal);

        // What a subgraph reads of the graph round it is not looked for.
        if (!IdentityNode.IsKnown(model.Proto) || !EncoderNode.IsKnown(model.Proto) || model.Proto.Graph.Node.Any(n => n.Attribute.Any(a => a.G is not null || a.Graphs.Count > 0)))
        {
            return null;
        }

        ModelProto proto = model.Proto.Clone();
        GraphProto graph = proto.Graph;
        ILookup<string, NodeProto> readers = graph.Node.SelectMany(n => n.Input.Distinct(), (n, i) => (Node: n, Input: i)).ToLookup(p => p.Input, p => p.Node, StringComparer.Ordinal);
        HashSet<string> given = [.. graph.Output.Select(o => o.Name), .. graph.Initializer.Select(i => i.Name)];
        foreach (ValueInfoProto input in graph.Input.Where(IsText))
        {
            List<NodeProto> encoders = [];
            if (Follow(input.Name, readers, given, encoders) && TableOf(encoders) is { } table)
            {
                inputs.Add(input.Name, table);
                encoders.ForEach(IdentityNode.Make);
                input.Type.TensorType.ElemType = (int)table.Codes.Type;
            }
        }

        Dictionary<string, NodeProto> writers = graph.Node.SelectMany(n => n.Output, (n, o) => (o, n)).Where(p => p.o.Length > 0).ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
        foreach (ValueInfoProto output in graph.Output.Where(IsText))
        {
            NodeProto? writer = readers[output.Name].Any() ? null : WriterOf(output.Name, writers, readers, given);
            if (writer is not null && CodeTexts.Of(writer) is { } texts)
            {
                outputs.Add(output.Name, texts);
                IdentityNode.Make(writer);
                output.Type.TensorType.ElemType = (int)DType.Int64;
            }
        }

        graph.ValueInfo.Clear();
        return inputs.Count + outputs.Count > 0 ? new CodedModel(model.With(proto), inputs, outputs) : null;
    }

    // Collects the encoders that a text ends in; false where it ends elsewhere too.
    private static bool Follow(string text, ILookup<string, NodeProto> readers, HashSet<string> given, List<NodeProto> encoders)
    {
        if (given.Contains(text))
        {
            return false;
        }

        foreach (NodeProto reader in readers[text])
        {
            if (IdentityNode.Is(reader))
            {
                if (!Follow(reader.Output[0], readers, given, encoders))
                {
                    return false;
                }
            }
            else
            {
                encoders.Add(reader);
            }
        }

        return true;
    }

    // The node that a text comes from, if nothing else reads it on the way.
    private static NodeProto? WriterOf(string text, Dictionary<string, NodeProto> writers, ILookup<string, NodeProto> readers, HashSet<string> given)
    {
        NodeProto? writer = writers.GetValueOrDefault(text);
        return writer is null || !IdentityNode.Is(writer) ? writer
            : readers[writer.Input[0]].Count() == 1 && !given.Contains(writer.Input[0]) ? WriterOf(writer.Input[0], writers, readers, given)
            : null;
    }

    private static TextCodes? TableOf(List<NodeProto> encoders)
    {
        TextCodes?[] tables = [.. encoders.Select(TextCodes.Of)];
        return tables.Length > 0 && tables[0] is { } first && tables.All(first.Equals) ? first : null;
    }

    private static bool IsText(ValueInfoProto value) => value.Type?.TensorType?.ElemType == (int)DType.String;
}
