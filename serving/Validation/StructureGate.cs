using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;

namespace Anneal.Serving.Validation;

/// <summary>The file is one that any ONNX runtime takes: it passes the checker, every op is of ONNX's own domains at the opset that it names, and no function of its own is left.</summary>
public sealed class StructureGate : IGate
{
    private static readonly string[] s_domains = ["", Model.MlDomain];

    /// <inheritdoc/>
    public string Name => "structure";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        string[] problems = [.. Problems(context.Model.Path)];
        string detail = problems.Length == 0 ? "only ops of ONNX's own domains, all of them whole" : string.Join("; ", problems);
        return new GateResult(Name, problems.Length == 0, problems.Length, 0, detail);
    }

    private static IEnumerable<string> Problems(string path)
    {
        Model model;
        string? broken = null;
        try
        {
            model = ModelReader.Read(path, new ReadOptions(KeepFunctions: true));
            GraphChecker.Check(model);
        }
        catch (AnnealException error)
        {
            broken = error.Message;
            model = Model.Holding("", []);
        }

        if (broken is not null)
        {
            yield return broken;
        }

        foreach (Node node in model.Graph.Nodes.Where(n => !s_domains.Contains(n.Domain)))
        {
            yield return $"node '{node.Name}': op {node.OpType} is of domain '{node.Domain}'";
        }

        foreach (Function function in model.Functions)
        {
            yield return $"function '{function.Domain}.{function.Name}' is left in the file";
        }
    }
}
