using Anneal.Onnx.Kernels;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>Checks nodes against their schemas, and finds the types of all values, folding what is known ahead of running.</summary>
public sealed class TypeInference
{
    /// <summary>Elements of the largest value that is folded.</summary>
    internal const int FoldLimit = 4096;

    private readonly Dictionary<string, TensorType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _constants = new(StringComparer.Ordinal);

    /// <summary>The types found so far, by value name.</summary>
    public IReadOnlyDictionary<string, TensorType> Types => _types;

    /// <summary>The values known ahead of running, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Constants => _constants;

    /// <summary>Infers a whole graph.</summary>
    /// <param name="graph">The graph; its nodes stand in execution order.</param>
    /// <param name="inputs">Types that replace those of the graph's inputs, by name: a batch's real sizes.</param>
    /// <returns>The types and constants.</returns>
    /// <exception cref="AnnealException">A node does not fit its op.</exception>
    public static TypeInference Of(Graph graph, IReadOnlyDictionary<string, TensorType>? inputs = null)
    {
        TypeInference inference = Before(graph, inputs);
        foreach (Node node in graph.Nodes)
        {
            inference.Add(node);
        }

        return inference;
    }

    /// <summary>The types of a graph's values up to the first node that does not fit its op or is not known: what is wrong is reported elsewhere.</summary>
    /// <param name="graph">The graph; its nodes stand in execution order.</param>
    /// <returns>The types by name.</returns>
    public static IReadOnlyDictionary<string, TensorType> AsFarAsKnown(Graph graph)
    {
        TypeInference inference = Before(graph, null);
        foreach (Node node in graph.Nodes)
        {
            try
            {
                inference.Add(node);
            }
            catch (AnnealException)
            {
                break;
            }
        }

        return inference.Types;
    }

    /// <summary>Declares a value that no node computes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    public void Declare(string name, TensorType type) => _types[name] = type;

    /// <summary>Declares a constant.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">Its value.</param>
    public void Declare(string name, Tensor tensor)
    {
        _types[name] = TensorType.Of(tensor);
        _constants[name] = tensor;
    }

    /// <summary>Infers the outputs of a node.</summary>
    /// <param name="node">The node; its inputs are declared or computed by nodes added before.</param>
    /// <exception cref="AnnealException">The node does not fit its op.</exception>
    public void Add(Node node)
    {
        Op op = OpTable.Get(node);
        var inputs = new TensorType?[node.Inputs.Length];
        var constants = new Tensor?[node.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (node.HasInput(i))
            {
                inputs[i] = _types.GetValueOrDefault(node.Inputs[i])
                    ?? throw AnnealException.BadData($"input '{node.Inputs[i]}' is not computed before it is read").In(node);
                constants[i] = _constants.GetValueOrDefault(node.Inputs[i]);
            }
        }

        SchemaCheck.Check(op, node, inputs);
        TensorType[] outputs = Fitting(node, nameof(Op.Infer), inputs, () => op.Infer(new InferenceScope(node, inputs, constants)));
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.HasOutput(i))
            {
                _types[node.Outputs[i]] = i < outputs.Length
                    ? outputs[i]
                    : throw AnnealException.BadData($"the op has {outputs.Length} outputs, expected output {i}").In(node);
            }
        }

        Fold(op, node, inputs, constants);
    }

    // What is declared ahead of a graph's nodes.
    private static TypeInference Before(Graph graph, IReadOnlyDictionary<string, TensorType>? inputs)
    {
        var inference = new TypeInference();
        foreach (ValueInfo input in graph.Inputs)
        {
            if (!graph.Initializers.ContainsKey(input.Name))
            {
                inference.Declare(input.Name, inputs?.GetValueOrDefault(input.Name) ?? input.Type);
            }
        }

        foreach ((string name, Tensor tensor) in graph.Initializers)
        {
            inference.Declare(name, tensor);
        }

        return inference;
    }

    // Rules and kernels take the ranks and sizes of well-formed files for granted. A rule that is wrong itself ends here too: it is named, and what it threw is kept.
    private static T Fitting<T>(Node node, string rule, TensorType?[] inputs, Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or ArithmeticException or InvalidOperationException or InvalidCastException or NullReferenceException or KeyNotFoundException)
        {
            string given = string.Join(", ", inputs.Select(i => i?.ToString() ?? "none"));
            throw new AnnealException(
                ExitCode.Data,
                $"its inputs and attributes do not fit the op: {given} ({node.OpType}.{rule} ended with {e.GetType().Name})",
                "if the node is right, the rule is not: --verbose shows where it ended",
                e).In(node);
        }
    }

    private void Fold(Op op, Node node, TensorType?[] inputs, Tensor?[] constants)
    {
        bool isShape = op is { Domain: "", Name: "Shape" or "Size" } && inputs[0]!.Shape is { IsStatic: true };
        bool known = isShape || !node.Inputs.Where((name, i) => name.Length > 0 && constants[i] is null).Any();
        TensorType[] outputs = [.. node.Outputs.Where(o => o.Length > 0).Select(o => _types[o])];
        if (!known || !SchemaCheck.HasKernel(op, [.. inputs.Select(t => t?.Type)]) || outputs.Any(o => o.Type == DType.String || o.Shape is not { IsStatic: true, ElementCount: <= FoldLimit }))
        {
            return;
        }

        if (isShape)
        {
            constants = [Tensor.Zeros(inputs[0]!.Type, 0)];
        }

        Tensor?[] results = [.. node.Outputs.Select(o => o.Length > 0 ? Tensor.Zeros(_types[o].Type, _types[o].Shape!.Value.ToSizes()) : null)];
        Slot?[] slots = [.. inputs.Select((t, i) => t is null ? null : new Slot(t.Type, t.Shape!.Value.ToSizes()))];
        Fitting(node, nameof(Op.Compile), inputs, () =>
        {
            Evaluator.Run(op, node, slots, constants, results);
            return results;
        });
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i] is { } value)
            {
                _constants[node.Outputs[i]] = value;
            }
        }
    }
}
