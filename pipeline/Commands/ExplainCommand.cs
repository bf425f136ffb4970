using System.CommandLine;
using Anneal.Onnx;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Commands;

internal sealed class ExplainCommand : AnnealCommand
{
    private readonly Argument<string?> _pipeline = CommonOptions.Pipeline();
    private readonly Argument<string?> _key = new("KEY")
    {
        Description = "Show this key and what is below it, such as train.optimizer; everything when left out.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _file = CommonOptions.File();
    private readonly Option<string[]> _sets = CommonOptions.Set();

    public ExplainCommand()
        : base("explain", "Shows every resolved value of a pipeline, where it comes from and what it means.", "anneal explain mnist-mlp train.optimizer")
    {
        Add(_pipeline);
        Add(_key);
        Add(_file);
        Add(_sets);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        string? pipeline = arguments.GetValue(_pipeline);
        string? key = arguments.GetValue(_key);
        if (key is null && pipeline?.Contains('.', StringComparison.Ordinal) == true)
        {
            // A pipeline's name has no dot: this is the key of the first pipeline.
            (pipeline, key) = (null, pipeline);
        }

        LoadedConfig config = PipelineRunner.Load(new RunRequest
        {
            ConfigPath = arguments.GetValue(_file)!,
            Pipeline = pipeline,
            Sets = arguments.GetValue(_sets)!,
        });
        ExplainRow[] rows = [.. config.Rows.Where(r => key is null || r.Path == key || r.Path.StartsWith(key + ".", StringComparison.Ordinal))];
        if (rows.Length == 0)
        {
            throw AnnealException.BadUsage($"pipeline '{config.Name}' has no key '{key}'{Suggestion.For(key!, Prefixes(config.Rows))}");
        }

        var table = new TextTable("KEY", "VALUE", "FROM", "MEANING");
        foreach (ExplainRow row in rows)
        {
            table.Add(row.Path, row.Value, row.Origin.ToString(), row.Doc);
        }

        table.Write(output.Text);
        var report = new ExplainReport(config.Name, [.. rows.Select(r => new ExplainReport.Entry(r.Path, r.Value, r.Origin.ToString(), r.Doc))]);
        output.Result(report, CommandJson.Default.ExplainReport);
        return ExitCode.Done;
    }

    private static string[] Prefixes(IReadOnlyList<ExplainRow> rows)
    {
        var prefixes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (ExplainRow row in rows)
        {
            for (int end = row.Path.IndexOf('.', StringComparison.Ordinal); end >= 0; end = row.Path.IndexOf('.', end + 1))
            {
                prefixes.Add(row.Path[..end]);
            }

            prefixes.Add(row.Path);
        }

        return [.. prefixes];
    }
}
