using System.Diagnostics;
using System.Globalization;
using Anneal.Exporter;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Metrics;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>Joins the models of an ensemble to one graph, and holds it against each of them.</summary>
internal sealed class EnsembleStage : IStage
{
    public string Name => "ensemble";

    public bool GivesMetrics => true;

    public IReadOnlyDictionary<string, string> Inputs(RunContext context)
    {
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["options"] = context.Config.KeyText("ensemble.members", "ensemble.combine", "ensemble.views", "metrics", "export.threshold"),
            ["exported"] = context.Options.Ensemble!.Distill is null ? "yes" : "no",
        };
        if (EnsembleMembers.Runs(context.Options) is { Count: > 0 } runs)
        {
            inputs["runs"] = string.Join('\n', runs.Select(r => EnsembleMembers.PathOf(context, r)).Select(p => File.Exists(p) ? StageKey.OfFile(p) : ""));
        }

        return inputs;
    }

    public bool IsThere(RunContext context) => File.Exists(context.EnsemblePath);

    public string Run(RunContext context)
    {
        EnsembleOptions options = context.Options.Ensemble!;
        EnsembleMember[] members = [.. new EnsembleMembers(context).All()];
        Fit judge = context.Taught;
        bool holdsOut = options.Members is not FoldMembersOptions && judge.Data.Split.Validation.Length > 0;
        members = Chosen(context, judge, members);
        if (options.Combine == CombineKind.Weighted)
        {
            double[] weights = EnsembleWeights.Fit([.. members.Select(m => judge.Evaluate(Join(context, judge, [m]), Part.Validation).Answers)]);
            members = [.. members.Select((m, i) => m with { Weight = weights[i] })];
        }

        Graph graph = Join(context, judge, members);
        ModelWriter.Write(Model.Of(graph), context.EnsemblePath);

        // A teacher is not tested: its student is.
        string part = options.Distill is null ? judge.JudgedPart : holdsOut ? Part.Validation : Part.Train;
        Timed[] alone = [.. members.Select(m => Evaluate(judge, Join(context, judge, [m with { Weight = 1 }]), part))];
        Timed together = members.Length == 1 ? alone[0] : Evaluate(judge, graph, part);
        double mean = alone.Average(m => m.Seconds);
        double sum = members.Sum(m => m.Weight);
        var record = new EnsembleRecord(
            EnumShape.SnakeCase(options.Combine.ToString()),
            options.Views?.ToString().ToLowerInvariant(),
            part,
            [.. members.Select((m, i) => new EnsembleRecord.Member(m.Name, m.Weight / sum, alone[i].Evaluation.Metrics, CostOf(alone[i], mean)))],
            together.Evaluation.Metrics,
            CostOf(together, mean))
        {
            Agreement = [.. alone.Select(a => (IReadOnlyList<double>)[.. alone.Select(b => Agreement.Of(a.Evaluation.Answers, b.Evaluation.Answers))])],
        };
        context.EnsembleRecord = record;
        Print(context, record);
        string looks = options.Distill is null ? Deploy(context, judge, graph, together.Evaluation, holdsOut) : "";
        return Describe(record) + looks;
    }

    // Of folds, every row was trained on by some members: what they gave on the rows that each held out stands for them.
    private static string Deploy(RunContext context, Fit judge, Graph graph, Evaluation judged, bool holdsOut)
    {
        judge.Judged = judged;
        Evaluation? validation = !holdsOut ? null : judge.JudgedPart == Part.Validation ? judged : judge.Evaluate(graph, Part.Validation);
        var metrics = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal)
        {
            [Part.Train] = judge.Evaluate(graph, judge.RawTrainSample).Metrics,
        };
        if ((validation?.Metrics ?? context.Statistics?.Mean[Part.Validation]) is { } given)
        {
            metrics[Part.Validation] = given;
        }

        context.SetMetrics(metrics);
        context.TrainSample = judge.TrainSampleSize;
        return TestEvaluation.Run(context, judge, validation is null ? context.FoldErrors : ErrorSample.Of(validation));
    }

    private static EnsembleMember[] Chosen(RunContext context, Fit judge, EnsembleMember[] members)
    {
        if (context.Options.Ensemble!.Members is not RunsOptions { Top: { } top })
        {
            return members;
        }

        string metric = Targets.BestMetricOf(context.Options);
        List<(EnsembleMember Member, Metrics Validation)> ranked = [];
        foreach (EnsembleMember member in members)
        {
            Metrics validation = judge.Evaluate(Join(context, judge, [member]), Part.Validation).Metrics;
            int place = ranked.FindIndex(r => AverageStage.IsBetter(metric, validation, r.Validation));
            ranked.Insert(place < 0 ? ranked.Count : place, (member, validation));
        }

        return [.. ranked.Take(top).Select(r => r.Member)];
    }

    private static Graph Join(RunContext context, Fit judge, IReadOnlyList<EnsembleMember> members)
    {
        EnsembleOptions options = context.Options.Ensemble!;
        TargetSpec target = judge.Data.Target;
        Combination combination = options.Combine switch
        {
            CombineKind.MeanLogits => Combination.MeanLogits,
            CombineKind.MajorityVote => Combination.MajorityVote,
            _ => Combination.MeanProbabilities,
        };
        return Ensemble.Combine(context.Config.Name, members, combination, target.Answers, target.Threshold, options.Views == ViewKind.Flip);
    }

    private static Timed Evaluate(Fit judge, Graph graph, string part)
    {
        long start = Stopwatch.GetTimestamp();
        Evaluation evaluation = judge.Evaluate(graph, part);
        return new Timed(graph, evaluation, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static EnsembleRecord.Costs CostOf(Timed model, double mean)
    {
        LayerTable table = LayerTable.Of(model.Graph, 1).Table;
        return new EnsembleRecord.Costs(table.Parameters, table.MultiplyAdds, model.Seconds / mean);
    }

    private static void Print(RunContext context, EnsembleRecord record)
    {
        string[] metrics = [.. record.Metrics.Keys.Where(MetricTable.IsHeadline)];
        var table = new TextTable([$"member on {record.Part}", ">weight", .. metrics.Select(m => $">{m}"), ">parameters", ">multiply-adds", ">time"]);
        foreach (EnsembleRecord.Member member in record.Members)
        {
            table.Add([member.Name, Number(member.Weight, "0.0000"), .. metrics.Select(m => Number(member.Metrics[m], "0.000000")), .. Cells(member.Cost)]);
        }

        table.Add(["ensemble", "", .. metrics.Select(m => Number(record.Metrics[m], "0.000000")), .. Cells(record.Cost)]);
        foreach (string line in table.Lines)
        {
            context.Output.Line(line);
        }
    }

    private static string[] Cells(EnsembleRecord.Costs cost) => [Number(cost.Parameters, "0"), Number(cost.MultiplyAdds, "0"), Number(cost.RelativeTime, "0.00")];

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Describe(EnsembleRecord record)
    {
        double[] pairs = [.. record.Agreement.SelectMany((row, i) => row.Take(i))];
        string agreement = pairs.Length == 0 ? "" : FormattableString.Invariant($", pairs agree on {pairs.Average():0.0000}");
        string values = string.Join(", ", record.Metrics.Where(m => MetricTable.IsHeadline(m.Key)).Select(m => FormattableString.Invariant($"{m.Key} {m.Value:0.#####}")));
        string views = record.Views is null ? "" : $" and {record.Views}";
        return FormattableString.Invariant($"{record.Members.Count} {(record.Members.Count == 1 ? "member" : "members")} by {record.Combine}{views}: {record.Part} {values}{agreement}");
    }

    private sealed record Timed(Graph Graph, Evaluation Evaluation, double Seconds);
}
