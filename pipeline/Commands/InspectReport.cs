using Anneal.Onnx.Formats;
using Anneal.Onnx.Rewrite;
using Anneal.Pipeline.Report;

namespace Anneal.Pipeline.Commands;

/// <summary>What <c>inspect --json</c> prints.</summary>
/// <param name="File">The file; the configuration's and the pipeline's name, where a model is shown before it is trained.</param>
/// <param name="Bytes">The file's size; null where there is none.</param>
/// <param name="Parameters">Floating-point elements of all weights, scalars not counted.</param>
/// <param name="Ops">Number of nodes by op.</param>
/// <param name="Layers">Sizes, parameters, multiply-adds and activations of each layer.</param>
/// <param name="Plan">The measured plan; null unless asked for.</param>
internal sealed record InspectReport(
    string File,
    long? Bytes,
    long IrVersion,
    IReadOnlyDictionary<string, long> Opsets,
    IReadOnlyList<string> Functions,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<InspectReport.Port> Inputs,
    IReadOnlyList<InspectReport.Port> Outputs,
    long Parameters,
    IReadOnlyDictionary<string, int> Ops,
    IReadOnlyList<InspectReport.NodeRow> Nodes,
    LayerTable Layers,
    PlanProfile? Plan)
{
    /// <summary>Whether each state may be replaced in its own buffer by ONNX Runtime, and why; null unless a plan of a step is asked for.</summary>
    public IReadOnlyList<UpdateProof>? Updates { get; init; }

    /// <summary>What the model takes and answers beyond its graph; null where the file does not say.</summary>
    public ModelSignature? Signature { get; init; }

    /// <summary>The metrics that the file was exported with, by part and name; null where it holds none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? Metrics { get; init; }

    /// <param name="Type">Element type and shape, such as <c>float[N,784]</c>.</param>
    internal sealed record Port(string Name, string Type);

    /// <param name="Output">Types of the outputs.</param>
    /// <param name="Parameters">Floating-point elements of the weights that the node is the first to read.</param>
    /// <param name="MultiplyAdds">Multiply-adds at the table's batch.</param>
    /// <param name="ActivationBytes">Bytes of the outputs at the table's batch.</param>
    internal sealed record NodeRow(string Name, string Op, string Output, long Parameters, long MultiplyAdds, long ActivationBytes);
}
