using System.CommandLine;
using Anneal.Onnx;
using Anneal.Pipeline.Preflight;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Commands;

internal sealed class CheckCommand : AnnealCommand
{
    private readonly RequestOptions _request = new();

    public CheckCommand()
        : base("check", "Checks a pipeline without training it: configuration, files, data, layers, preflight.", "anneal check adult")
    {
        _request.AddTo(this);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        (string summary, PreflightReport preflight) = PipelineRunner.Check(_request.Of(arguments), new ConsoleRunOutput(), cancel);
        output.Text.WriteLine(summary);
        foreach (PreflightResult check in preflight.Checks)
        {
            output.Text.WriteLine($"{check.Status,-8} {check.Line}");
        }

        bool passed = !preflight.Failed.Any();
        output.Result(new CheckReport(passed, summary, preflight.Checks), CommandJson.Default.CheckReport);
        return passed ? ExitCode.Done : ExitCode.GateFailed;
    }
}
