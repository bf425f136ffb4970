using Anneal.Pipeline.Report;
using Anneal.Serving.Probing;

namespace Anneal.Pipeline.Commands;

/// <summary>Shows what a provider of ONNX Runtime runs: a line per op, a column per type.</summary>
internal static class ProbeTable
{
    public static void Write(KernelAnswers answers, TextWriter output)
    {
        string[] types = [.. answers.All.Select(a => a.Type).Distinct()];
        var table = new TextTable(["OP", .. types]);
        foreach (IGrouping<string, KernelAnswer> op in answers.All.GroupBy(a => a.Op, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            table.Add([op.Key, .. types.Select(t => op.FirstOrDefault(a => a.Type == t) is { } answer ? answer.Runs ? "runs" : "no" : "")]);
        }

        table.Write(output);
        output.WriteLine(FormattableString.Invariant(
            $"{answers.All.Count(a => a.Runs)} of {answers.All.Count} kernels of opset 18 run on {answers.Provider} of ONNX Runtime {answers.Version}; {(answers.WasKept ? "kept in" : "probed now, kept in")} {answers.Path}"));
    }
}
