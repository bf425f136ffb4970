using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Onnx.Lowering;

/// <summary>Standard ops that say an invented op for one node whose attributes and types are known, cheaper where they fit than the op's body, which fits always.</summary>
internal interface ILowering
{
    /// <summary>The op.</summary>
    string Op { get; }

    /// <summary>Writes the node.</summary>
    /// <param name="chain">Receives the standard nodes; the outputs are named at the end.</param>
    /// <param name="node">The node.</param>
    /// <param name="types">What is known of the graph's values.</param>
    /// <returns>Whether the node could be written so.</returns>
    bool Write(NodeChain chain, Node node, TypeInference types);
}
