namespace Anneal.Onnx.Ir.Format;

/// <summary>Holds what a file declares of its outputs against what its nodes compute: a runtime that believes a false shape may end the process instead of refusing.</summary>
internal static class DeclaredOutputs
{
    /// <summary>Checks a file whose ops are all known here; of any other nothing can be said.</summary>
    /// <exception cref="AnnealException">An output is declared of another shape than it has.</exception>
    public static void Check(CheckedModel model)
    {
        if (Computed(model) is not { } computed)
        {
            return;
        }

        foreach (ValueInfo output in computed.Graph.Outputs)
        {
            if (computed.Types.GetValueOrDefault(output.Name) is { } real && !GraphChecker.Agree(output.Type.Shape, real.Shape))
            {
                throw AnnealException.BadData($"it is declared {output.Type}, and its node computes {real}").In($"output '{output.Name}'");
            }
        }
    }

    // What is refused here may be an op that a runtime knows: it is left to that.
    private static (Graph Graph, IReadOnlyDictionary<string, TensorType> Types)? Computed(CheckedModel model)
    {
        try
        {
            Graph graph = ModelReader.Read(model, new ReadOptions { TypesOnly = true }).Graph;
            return (graph, TypeInference.Of(graph).Types);
        }
        catch (AnnealException)
        {
            return null;
        }
    }
}
