using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Rewrite;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;
using Anneal.Serving;
using Anneal.Trainer.Autodiff;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Commands;

internal sealed class InspectCommand : AnnealCommand
{
    private const int LongestMetadata = 100;

    private readonly Argument<string?> _path = new("MODEL") { Description = "An ONNX file.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _pipeline = new("--pipeline") { Description = "Show the model of this pipeline as it is before training, in place of a file's.", HelpName = "PIPELINE" };
    private readonly Option<string> _file = CommonOptions.File();
    private readonly Option<string[]> _sets = CommonOptions.Set();
    private readonly Option<bool> _graph = new("--graph") { Description = "Print the whole graph as text." };
    private readonly Option<bool> _plan = new("--plan") { Description = "Compile it by the SIMD engine, run it on made-up inputs and show the time of every node." };
    private readonly Option<int?> _batch = CommonOptions.Positive("--batch", "Rows for what depends on them: multiply-adds, activations, --plan; 1 when left out.", 1_000_000);
    private readonly Option<int?> _threads = CommonOptions.Threads();

    public InspectCommand()
        : base("inspect", "Shows an ONNX file or a pipeline's model: signature, layers, nodes, what each costs; with --plan also where the time goes.", "anneal inspect model.onnx --plan --batch 64")
    {
        Add(_path);
        Add(_pipeline);
        Add(_file);
        Add(_sets);
        Add(_graph);
        Add(_plan);
        Add(_batch);
        Add(_threads);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        (string name, Model model) = ModelOf(arguments);
        int batch = arguments.GetValue(_batch) ?? 1;
        InspectReport report = Describe(name, model, batch);
        if (arguments.GetValue(_graph))
        {
            output.Text.Write(GraphPrinter.Print(model));
        }
        else
        {
            Write(report, output.Text);
        }

        if (arguments.GetValue(_plan))
        {
            PlanProfile plan = PlanProfiler.Measure(model, batch, arguments.GetValue(_threads) ?? Machine.DefaultThreads, cancel);
            Write(plan, output.Text);
            StateBinding[] state = PlanProfiler.StateOf(model, batch);
            report = report with { Plan = plan, Updates = state.Length == 0 ? null : new OrtStepRunner().Prove(model, state) };
            Write(report.Updates ?? [], output.Text);
        }

        output.Result(report, CommandJson.Default.InspectReport);
        return ExitCode.Done;
    }

    private (string Name, Model Model) ModelOf(ParseResult arguments)
    {
        (string? path, string? pipeline) = (arguments.GetValue(_path), arguments.GetValue(_pipeline));
        if ((path is null) == (pipeline is null))
        {
            throw AnnealException.BadUsage($"{(path is null ? "neither" : "both")} a model's file {(path is null ? "nor" : "and")} --pipeline given", "anneal inspect model.onnx, or anneal inspect --pipeline NAME");
        }

        if (path is not null)
        {
            return (path, ModelReader.Read(path, new ReadOptions { ExpandGradients = GradientNodes.Expand }));
        }

        LoadedConfig config = PipelineRunner.Load(new RunRequest { ConfigPath = arguments.GetValue(_file)!, Pipeline = pipeline, Sets = arguments.GetValue(_sets)! });
        return ($"{arguments.GetValue(_file)}: {config.Name}", Model.Of(TrainingModel.Of(ModelGraphs.First(config, PreparedData.Load(config))).Graph));
    }

    private static InspectReport Describe(string path, Model model, int batch)
    {
        Graph graph = model.Graph;
        (LayerTable layers, IReadOnlyList<LayerTable.Cost> rows) = LayerTable.Of(graph, batch);
        TypeInference types = TypeInference.Of(graph);
        string TypeOf(string value) => types.Types.GetValueOrDefault(value)?.ToString() ?? "?";
        return new InspectReport(
            path,
            File.Exists(path) ? new FileInfo(path).Length : null,
            model.IrVersion,
            model.Opsets.ToDictionary(o => o.Key.Length == 0 ? "ai.onnx" : o.Key, o => o.Value),
            [.. model.Functions.Select(f => $"{f.Domain}.{f.Name}")],
            model.Metadata,
            [.. graph.Inputs.Where(i => !graph.Initializers.ContainsKey(i.Name)).Select(i => new InspectReport.Port(i.Name, i.Type.ToString()))],
            [.. graph.Outputs.Select(o => new InspectReport.Port(o.Name, o.Type.ToString()))],
            layers.Parameters,
            graph.Nodes.CountBy(n => n.OpType).OrderByDescending(n => n.Value).ThenBy(n => n.Key, StringComparer.Ordinal).ToDictionary(),
            [
                .. graph.Nodes.Zip(rows, (n, row) => new InspectReport.NodeRow(
                    n.Name, n.OpType, string.Join(' ', n.Outputs.Where(o => o.Length > 0).Select(TypeOf)), row.Parameters, row.MultiplyAdds, row.ActivationBytes)),
            ],
            layers,
            null)
        {
            Signature = ModelSignature.Find(model.Metadata),
            Metrics = MetricsOf(model),
        };
    }

    private static void Write(InspectReport report, TextWriter output)
    {
        var facts = new TextTable("FACT", "HERE");
        facts.Add("file", report.Bytes is { } bytes ? FormattableString.Invariant($"{report.File}, {bytes} bytes") : report.File);
        facts.Add("format", FormattableString.Invariant($"IR {report.IrVersion}, opset {string.Join(", ", report.Opsets.Select(o => $"{o.Key} {o.Value}"))}"));
        facts.Add("parameters", report.Parameters.ToString("N0", CultureInfo.InvariantCulture));
        facts.Add("ops", string.Join(", ", report.Ops.Select(o => FormattableString.Invariant($"{o.Key} {o.Value}"))));
        if (report.Functions.Count > 0)
        {
            facts.Add("functions", string.Join(", ", report.Functions));
        }

        foreach ((string key, string value) in report.Metadata)
        {
            string line = value.ReplaceLineEndings(" ");
            facts.Add(key, line.Length > LongestMetadata ? $"{line[..LongestMetadata]}…" : line);
        }

        facts.Write(output);
        output.WriteLine();
        if (report.Signature is { } signature)
        {
            WriteSignature(signature, output);
        }

        if (report.Metrics is { Count: > 0 } metrics)
        {
            WriteMetrics(metrics, output);
        }

        var ports = new TextTable("PORT", "NAME", "TYPE");
        foreach (InspectReport.Port input in report.Inputs)
        {
            ports.Add("input", input.Name, input.Type);
        }

        foreach (InspectReport.Port port in report.Outputs)
        {
            ports.Add("output", port.Name, port.Type);
        }

        ports.Write(output);
        output.WriteLine();
        Write(report.Layers, output);
        output.WriteLine();
        var nodes = new TextTable("NODE", "OP", "OUTPUT", ">PARAMETERS", ">MULTIPLY-ADDS", ">BYTES");
        foreach (InspectReport.NodeRow node in report.Nodes)
        {
            nodes.Add(node.Name, node.Op, node.Output, Count(node.Parameters), Count(node.MultiplyAdds), Count(node.ActivationBytes));
        }

        nodes.Write(output);
    }

    private static void WriteSignature(ModelSignature signature, TextWriter output)
    {
        var table = new TextTable("SIGNATURE", "HERE");
        table.Add("answers", signature.Task.ToString().ToLowerInvariant());
        if (!signature.Classes.IsEmpty)
        {
            string names = string.Join(", ", signature.Classes);
            table.Add("classes", names.Length > LongestMetadata ? $"{names[..LongestMetadata]}…" : names);
        }

        if (signature.Task is ModelTask.Binary or ModelTask.Multilabel)
        {
            table.Add("threshold", Number(signature.Threshold, "R"));
        }

        if (RawRows.Joined(signature) is { } joined)
        {
            table.Add($"input {joined.Name}", string.Join(", ", joined.Columns));
        }

        if (signature.Layout != ImageLayout.AsRead)
        {
            table.Add("layout", signature.Layout.ToString().ToLowerInvariant());
        }

        table.Write(output);
        output.WriteLine();
    }

    // The same table as in the run's report, out of the file alone.
    private static void WriteMetrics(IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> metrics, TextWriter output)
    {
        string[] names = [.. metrics.Values.SelectMany(m => m.Keys).Distinct().Order(StringComparer.Ordinal)];
        var table = new TextTable(["METRIC", .. metrics.Keys.Select(k => ">" + k.ToUpperInvariant())]);
        foreach (string name in names)
        {
            table.Add([name, .. metrics.Values.Select(m => m.TryGetValue(name, out double value) ? value.ToString("0.0000##", CultureInfo.InvariantCulture) : "")]);
        }

        table.Write(output);
        output.WriteLine();
    }

    private static IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? MetricsOf(Model model)
    {
        try
        {
            return model.Metadata.TryGetValue(ExportStage.MetricsKey, out string? json) ? JsonSerializer.Deserialize(json, MetricsJson.Default.MetricsByPart) : null;
        }
        catch (JsonException error)
        {
            throw new AnnealException(ExitCode.Data, $"metadata '{ExportStage.MetricsKey}' holds no metrics: {error.Message}", inner: error);
        }
    }

    private static void Write(LayerTable layers, TextWriter output)
    {
        var table = new TextTable("LAYER", "OPS", "OUTPUT", ">PARAMETERS", ">MULTIPLY-ADDS", ">BYTES");
        foreach (LayerTable.Cost layer in layers.Layers)
        {
            table.Add(layer.Name, layer.Ops, layer.Output, Count(layer.Parameters), Count(layer.MultiplyAdds), Count(layer.ActivationBytes));
        }

        table.Write(output);
        output.WriteLine(FormattableString.Invariant(
            $"{layers.Parameters:N0} parameters, {layers.MultiplyAdds:N0} multiply-adds, {layers.ActivationBytes:N0} bytes of activations at batch {layers.Batch}"));
    }

    private static void Write(PlanProfile plan, TextWriter output)
    {
        output.WriteLine();
        var nodes = new TextTable("NODE", "OP", "OUTPUT", ">MS", ">SHARE", ">GFLOP/S", ">MB", ">GB/S", "LIMIT", ">REACHED", "WHERE");
        foreach (PlanProfile.Step step in plan.Steps)
        {
            nodes.Add(
                step.Node,
                step.Op,
                step.Output,
                Number(step.Ms, "F4"),
                Number(step.Ms / plan.Ms, "P1"),
                Number(step.Gflops, "F1"),
                Number(step.Bytes / 1e6, "F3"),
                Number(step.GbPerS, "F1"),
                step.Limit,
                Number(step.FractionOfLimit, "P1"),
                step.InPlace ? "in place" : "");
        }

        nodes.Write(output);
        output.WriteLine();
        var ops = new TextTable("OP", ">NODES", ">MS", ">SHARE", ">GFLOP/S", ">GB/S", ">REACHED");
        foreach (PlanProfile.Op op in plan.Ops)
        {
            ops.Add(
                op.Name,
                Count(op.Nodes),
                Number(op.Ms, "F4"),
                Number(op.Ms / plan.Ms, "P1"),
                Number(op.Gflops, "F1"),
                Number(op.GbPerS, "F1"),
                Number(op.FractionOfLimit, "P1"));
        }

        ops.Write(output);
        output.WriteLine(FormattableString.Invariant(
            $"{plan.StepMs:F4} ms a run, {plan.Ms:F4} in nodes, {plan.OutsideMs:F4} outside; batch {plan.Batch}, {plan.Threads} threads")
            + FormattableString.Invariant($", arena {plan.ArenaBytes / 1e6:F3} MB, {plan.StateCopies} copies of state"));
        output.WriteLine(FormattableString.Invariant(
            $"limits here: {plan.PeakGflops:F0} GFLOP/s of float multiply-adds, memory read at {plan.ReadGbPerS:F1} and written at {plan.WriteGbPerS:F1} GB/s"));
    }

    private static void Write(IReadOnlyList<UpdateProof> proofs, TextWriter output)
    {
        if (proofs.Count == 0)
        {
            return;
        }

        output.WriteLine();
        var table = new TextTable("STATE", "REPLACED", "BY", "WHY");
        foreach (UpdateProof proof in proofs)
        {
            table.Add(proof.State, proof.IsInPlace ? "in place" : "two buffers", proof.Writer, proof.Why);
        }

        table.Write(output);
        output.WriteLine(FormattableString.Invariant(
            $"{proofs.Count(p => p.IsInPlace)} of {proofs.Count} states are replaced in place by ONNX Runtime, in the graph that it makes of this one: every read precedes the write in any order"));
    }

    private static string Count(long value) => value == 0 ? "" : value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
