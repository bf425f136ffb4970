using System.Security.Cryptography;
using System.Text;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Stores tensors of equal type, shape and content once, under the first of their names.</summary>
/// <remarks>An initializer that is an input or an output too keeps its name and its copy.</remarks>
public static class ShareInitializers
{
    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The graph with fewer initializers.</returns>
    public static Graph Apply(Graph graph)
    {
        HashSet<string> fixedNames = [.. graph.Inputs.Concat(graph.Outputs).Select(v => v.Name)];
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in graph.Initializers.Where(i => !fixedNames.Contains(i.Key)))
        {
            string content = ContentOf(tensor);
            if (!first.TryAdd(content, name))
            {
                names[name] = first[content];
            }
        }

        return names.Count == 0 ? graph : graph with
        {
            Initializers = graph.Initializers.RemoveRange(names.Keys),
            Nodes = [.. graph.Nodes.Select(n => Captures.Rename(n, names))],
            Values = graph.Values.RemoveRange(names.Keys),
        };
    }

    private static string ContentOf(Tensor tensor)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{tensor}\n"));
        if (tensor.Type == DType.String)
        {
            foreach (string text in tensor.Strings)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                hash.AppendData(BitConverter.GetBytes(bytes.Length));
                hash.AppendData(bytes);
            }
        }
        else
        {
            hash.AppendData(tensor.Bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
