using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>Graphs as text, one line per node: equal text is an equal program.</summary>
/// <remarks>Short tensors are printed with their elements, longer ones with a hash of their bytes.</remarks>
public static class GraphPrinter
{
    private const int ElementLimit = 8;

    /// <summary>Prints a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>Lines of text: inputs and outputs, initializers in name order, nodes in execution order with the types and the origin that they have.</returns>
    public static string Print(Graph graph)
    {
        var text = new StringBuilder();
        Append(text, graph, "");
        return text.ToString();
    }

    /// <summary>Prints a model.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Lines of text: opsets and metadata, the graph, functions and training information.</returns>
    public static string Print(Model model)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"model ir {model.IrVersion}, {Opsets(model.Opsets)}\n");
        foreach ((string key, string value) in model.Metadata)
        {
            text.Append(CultureInfo.InvariantCulture, $"metadata {key} = {Quote(value)}\n");
        }

        Append(text, model.Graph, "");
        foreach (Function function in model.Functions)
        {
            string attributes = string.Join(", ", function.Attributes.Concat(function.Defaults.Select(a => $"{a.Key}={Print(a.Value)}")));
            text.Append(CultureInfo.InvariantCulture, $"function {function.Domain}.{function.Name}<{attributes}>");
            text.Append(CultureInfo.InvariantCulture, $"({string.Join(", ", function.Inputs)}) → ({string.Join(", ", function.Outputs)}), {Opsets(function.Opsets)}\n");
            foreach (Node node in function.Nodes)
            {
                Append(text, node, null, "  ");
            }
        }

        foreach (TrainingInfo training in model.Training)
        {
            text.Append("training\n");
            if (training.Initialization is not null)
            {
                Append(text, training.Initialization, "  ");
            }

            AppendBindings(text, "initialize", training.InitializationBindings);
            Append(text, training.Algorithm, "  ");
            AppendBindings(text, "update", training.UpdateBindings);
        }

        return text.ToString();
    }

    /// <summary>Prints an attribute's value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>One line, or several for a subgraph.</returns>
    public static string Print(AttributeValue value) => value switch
    {
        AttributeValue.Int v => v.Value.ToString(CultureInfo.InvariantCulture),
        AttributeValue.Float v => v.Value.ToString("R", CultureInfo.InvariantCulture) + "f",
        AttributeValue.String v => Quote(v.Value),
        AttributeValue.TensorValue v => Print(v.Value),
        AttributeValue.GraphValue v => $"{{{Print(v.Value).ReplaceLineEndings("; ")}}}",
        AttributeValue.Ints v => $"[{string.Join(",", v.Values.Select(x => x.ToString(CultureInfo.InvariantCulture)))}]",
        AttributeValue.Floats v => $"[{string.Join(",", v.Values.Select(x => x.ToString("R", CultureInfo.InvariantCulture) + "f"))}]",
        AttributeValue.Strings v => $"[{string.Join(",", v.Values.Select(Quote))}]",
        AttributeValue.Reference v => $"@{v.Name}:{v.Kind.Name}",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    /// <summary>Prints a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <returns>Type and shape, with the elements or their hash.</returns>
    public static string Print(Tensor tensor)
    {
        if (tensor.Length > ElementLimit || tensor.Type is DType.Complex64 or DType.Complex128 or DType.BFloat16)
        {
            byte[] bytes = tensor.Type == DType.String
                ? Encoding.UTF8.GetBytes(string.Concat(tensor.Strings.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Length}:{s}"))))
                : tensor.Bytes.ToArray();
            return $"{tensor} #{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}";
        }

        return $"{tensor} {{{string.Join(",", Elements(tensor))}}}";
    }

    private static IEnumerable<string> Elements(Tensor tensor) => tensor.Type switch
    {
        DType.String => tensor.Strings.Select(Quote),
        DType.Float => Elements<float>(tensor),
        DType.Double => Elements<double>(tensor),
        DType.Float16 => Elements<Half>(tensor),
        DType.Int64 => Elements<long>(tensor),
        DType.Int32 => Elements<int>(tensor),
        DType.Int16 => Elements<short>(tensor),
        DType.Int8 => Elements<sbyte>(tensor),
        DType.UInt64 => Elements<ulong>(tensor),
        DType.UInt32 => Elements<uint>(tensor),
        DType.UInt16 => Elements<ushort>(tensor),
        DType.Bool => tensor.Bytes.ToArray().Select(b => b == 0 ? "false" : "true"),
        _ => Elements<byte>(tensor),
    };

    private static IEnumerable<string> Elements<T>(Tensor tensor)
        where T : unmanaged, IFormattable => tensor.Span<T>().ToArray().Select(v => v.ToString(null, CultureInfo.InvariantCulture));

    private static void Append(StringBuilder text, Graph graph, string indent)
    {
        text.Append(CultureInfo.InvariantCulture, $"{indent}graph {graph.Name}({string.Join(", ", graph.Inputs)}) → ({string.Join(", ", graph.Outputs)})\n");
        foreach ((string name, Tensor tensor) in graph.Initializers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}  {name} = {Print(tensor)}\n");
        }

        var outputs = graph.Outputs.ToDictionary(o => o.Name, o => o.Type, StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            Append(text, node, name => outputs.GetValueOrDefault(name) ?? graph.Values.GetValueOrDefault(name), indent + "  ");
        }
    }

    private static void Append(StringBuilder text, Node node, Func<string, TensorType?>? typeOf, string indent)
    {
        text.Append(CultureInfo.InvariantCulture, $"{indent}{string.Join(", ", node.Outputs.Select(Shown))} = ");
        text.Append(CultureInfo.InvariantCulture, $"{(node.Domain.Length > 0 ? node.Domain + "." : "")}{node.OpType}");
        if (node.Attributes.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"<{string.Join(", ", node.Attributes.Select(a => $"{a.Key}={Print(a.Value)}"))}>");
        }

        text.Append(CultureInfo.InvariantCulture, $"({string.Join(", ", node.Inputs.Select(Shown))})");
        TensorType?[] types = [.. node.Outputs.Select(o => typeOf?.Invoke(o))];
        if (types.Any(t => t is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $" : {string.Join(", ", types.Select(t => t?.ToString() ?? "?"))}");
        }

        string origin = node.Origin.ToString();
        text.Append(origin.Length > 0 ? $"  # {node.Name} @ {origin}\n" : $"  # {node.Name}\n");
    }

    private static void AppendBindings(StringBuilder text, string what, IEnumerable<KeyValuePair<string, string>> bindings)
    {
        foreach ((string initializer, string output) in bindings)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {what} {initializer} ← {output}\n");
        }
    }

    private static string Shown(string name) => name.Length == 0 ? "_" : name;

    private static string Opsets(IEnumerable<KeyValuePair<string, long>> opsets) => "opsets " + string.Join(
        ", ", opsets.Select(o => string.Create(CultureInfo.InvariantCulture, $"{(o.Key.Length == 0 ? "ai.onnx" : o.Key)} {o.Value}")));

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                _ when char.IsControl(c) => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
