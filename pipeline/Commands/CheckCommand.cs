using System.CommandLine;
using Anneal.Onnx;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Commands;

internal sealed class CheckCommand : AnnealCommand
{
    private readonly RequestOptions _request = new();

    public CheckCommand()
        : base("check", "Checks a pipeline without training it: configuration, files, data, layers.", "anneal check adult")
    {
        _request.AddTo(this);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        string summary = PipelineRunner.Check(_request.Of(arguments), new ConsoleRunOutput());
        output.Text.WriteLine(summary);
        output.Result(new CheckReport(true, summary), CommandJson.Default.CheckReport);
        return ExitCode.Done;
    }
}
