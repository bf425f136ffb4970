using Anneal.Pipeline.Report;

namespace Anneal.Pipeline.Commands;

/// <summary>What <c>inspect --json</c> prints.</summary>
/// <param name="Bytes">The file's size.</param>
/// <param name="Parameters">Floating-point elements of all initializers.</param>
/// <param name="Ops">Number of nodes by op.</param>
/// <param name="Plan">The measured plan; null unless asked for.</param>
internal sealed record InspectReport(
    string File,
    long Bytes,
    long IrVersion,
    IReadOnlyDictionary<string, long> Opsets,
    IReadOnlyList<string> Functions,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<InspectReport.Port> Inputs,
    IReadOnlyList<InspectReport.Port> Outputs,
    long Parameters,
    IReadOnlyDictionary<string, int> Ops,
    IReadOnlyList<InspectReport.NodeRow> Nodes,
    PlanProfile? Plan)
{
    /// <param name="Type">Element type and shape, such as <c>float[N,784]</c>.</param>
    internal sealed record Port(string Name, string Type);

    /// <param name="Output">Types of the outputs.</param>
    /// <param name="Parameters">Floating-point elements of the initializers that the node reads.</param>
    internal sealed record NodeRow(string Name, string Op, string Output, long Parameters);
}
