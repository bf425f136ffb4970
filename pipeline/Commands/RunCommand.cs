using System.CommandLine;
using Anneal.Onnx;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Commands;

internal sealed class RunCommand : AnnealCommand
{
    private readonly RequestOptions _request = new();
    private readonly Option<string?> _until = new("--until") { Description = "The last stage to run.", HelpName = string.Join('|', PipelineRunner.StageNames) };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Run every stage again, from nothing." };
    private readonly Option<string?> _out = new("--out") { Description = "The run's folder; runs/PIPELINE/ID beside the file when left out.", HelpName = "DIR" };

    public RunCommand()
        : base("run", "Runs a pipeline: data, preflight, train, average, export, validate.", "anneal run mnist-mlp --set train.epochs=5")
    {
        _request.AddTo(this);
        Add(_until);
        Add(_fresh);
        Add(_out);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        RunRequest request = _request.Of(arguments) with
        {
            Until = arguments.GetValue(_until),
            Fresh = arguments.GetValue(_fresh),
            OutFolder = arguments.GetValue(_out),
        };
        return RunPrinter.Print(PipelineRunner.Run(request, new ConsoleRunOutput(), cancel), output);
    }
}
