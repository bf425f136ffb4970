using System.Globalization;
using System.Text;
using Anneal.Onnx.Ir;
using Anneal.Pipeline.Bench;
using Anneal.Tests.Onnx.Rewrite;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Execution;

/// <summary>What the plan compiler makes of the bench's cases, counted by op: a change of a pass shows here, and a fusion that is lost.</summary>
public sealed class PlanReplayTests
{
    private const string Counts = "tests/Execution/PlanCounts.txt";

    [Test]
    public void Passes_OverTheCasesOfTheBench_LeaveTheseOps()
    {
        string actual = string.Concat(StepCases.All.Select(Describe));
        if (Environment.GetEnvironmentVariable("ANNEAL_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(Repository.PathOf(Counts), actual);
        }

        Assert.That(Repository.Read(Counts), Is.EqualTo(actual), "look at the difference, then run with ANNEAL_UPDATE_DOCS=1 to write the counts again");
    }

    private static string Describe(StepCase @case)
    {
        TrainingGraphs graphs = @case.Build();
        var text = new StringBuilder();
        foreach ((string name, Graph graph) in new[] { ("step", graphs.Step.Graph), ("evaluation", graphs.Evaluation.Graph), ("inference", graphs.Inference) })
        {
            Dictionary<string, TensorType> sizes = graph.Inputs.ToDictionary(i => i.Name, i => Sized(i.Type, @case.Batch));
            Graph plan = PlanPasses.Apply(PlanPasses.Apply(graph), sizes);
            text.Append(CultureInfo.InvariantCulture, $"{@case.Name} {name}: {graph.Nodes.Length} → {plan.Nodes.Length}\n");
            foreach (IGrouping<string, string> op in plan.Ops().GroupBy(o => o).OrderBy(o => o.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"  {op.Count()} {op.Key}\n");
            }
        }

        return text.ToString();
    }

    private static TensorType Sized(TensorType type, int batch) =>
        type with { Shape = new TensorShape([.. type.Shape!.Value.Dims.Select(d => d.IsKnown ? d : Dim.Of(batch))]) };
}
