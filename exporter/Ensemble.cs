using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Exporter;

/// <summary>Several models as one graph: raw rows in, one answer out.</summary>
/// <remarks>Equal tensors are stored once, and what members compute alike is computed once: preprocessing that they share, and whole members that are the same.</remarks>
public static class Ensemble
{
    private static readonly PassPipeline s_passes = new(
        ("ShareInitializers", ShareInitializers.Apply),
        ("CommonSubexpressions", CommonSubexpressions.Apply),
        ("DeadNodes", DeadNodes.Apply));

    /// <summary>Joins members.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="members">The members, all with the same raw inputs and answers; one of weight 0 is left out.</param>
    /// <param name="combination">How their answers become one.</param>
    /// <param name="task">What they answer.</param>
    /// <param name="threshold">The probability from which on a row is decided to be of class 1, or to have a label.</param>
    /// <param name="isMirrored">Whether each member also looks at the mirror image, whose answers count as much: rows are then images, [N, C, H, W] or [N, H, W].</param>
    /// <returns>The graph with all parameters inside; its outputs are those of a member without the label.</returns>
    /// <exception cref="AnnealException">Members differ in an input or an output, or the combination is not for the task.</exception>
    public static Graph Combine(string name, IReadOnlyList<EnsembleMember> members, Combination combination, ModelTask task, float threshold, bool isMirrored = false)
    {
        var g = new GraphBuilder(name);
        EnsembleMember[] counted = [.. members.Where(m => m.Weight > 0)];
        Dictionary<string, Value> raw = RawInputs(counted[0]).ToDictionary(i => i.Name, i => g.Input(i.Name, i.Type), StringComparer.Ordinal);
        Dictionary<string, Value>[] views = isMirrored ? [raw, raw.ToDictionary(i => i.Key, i => Mirrored(g, i.Value), StringComparer.Ordinal)] : [raw];
        double total = counted.Sum(m => m.Weight) * views.Length;
        var answers = new EnsembleAnswers(g, task, threshold);
        for (int i = 0; i < counted.Length; i++)
        {
            EnsembleMember member = counted[i];
            CheckInputs(member, raw);
            string prefix = counted.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"member{i + 1}/");
            Dictionary<string, Value> parameters = member.Parameters.ToDictionary(p => p.Key, p => g.Initializer(prefix + p.Key, p.Value), StringComparer.Ordinal);
            foreach (Dictionary<string, Value> view in views)
            {
                using IDisposable scope = g.Scope(prefix.Length == 0 ? "member" : prefix[..^1]);
                IReadOnlyDictionary<string, Value> outputs = g.Splice(member.Inference, view.Concat(parameters).ToDictionary(StringComparer.Ordinal));
                answers.Add(member, outputs, member.Weight / total);
            }
        }

        using (g.Scope("ensemble"))
        {
            answers.Output(combination);
        }

        return s_passes.Run(g.Build());
    }

    private static IEnumerable<ValueInfo> RawInputs(EnsembleMember member) =>
        member.Inference.Inputs.Where(i => !member.Parameters.ContainsKey(i.Name) && !member.Inference.Initializers.ContainsKey(i.Name));

    private static void CheckInputs(EnsembleMember member, Dictionary<string, Value> raw)
    {
        string[] own = [.. RawInputs(member).Select(i => i.ToString()).Order(StringComparer.Ordinal)];
        string[] expected = [.. raw.Values.Select(v => new ValueInfo(v.Name, v.Type).ToString()).Order(StringComparer.Ordinal)];
        if (!own.SequenceEqual(expected))
        {
            throw AnnealException.BadData($"it takes {string.Join(", ", own)}, and the first member {string.Join(", ", expected)}", "members of an ensemble take the same rows")
                .In($"member '{member.Name}'");
        }
    }

    // Columns from the last to the first.
    private static Value Mirrored(GraphBuilder g, Value image) => image.Rank is 3 or 4
        ? g.Node("Slice", [image, g.Longs(-1), g.Longs(long.MinValue), g.Longs(-1), g.Longs(-1)], output: image.Name + "/mirrored")
        : throw AnnealException.BadUsage($"'{image.Name}' is {image.Type}, and only images [N,C,H,W] or [N,H,W] have a mirror image");
}
