using System.CommandLine;
using Anneal.Onnx;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Commands;

internal sealed class ResumeCommand : AnnealCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run's folder." };
    private readonly Option<int?> _threads = CommonOptions.Threads();
    private readonly Option<string?> _device = CommonOptions.OneOf("--device", "Where the engine computes; as the run began when left out.", null!, "auto", "cpu", "cuda")!;
    private readonly Option<string?> _capture = OrtChoice.CaptureOption("as the run began when left out.", null!)!;

    public ResumeCommand()
        : base("resume", "Goes on with an interrupted or killed run.", "anneal resume runs/mnist-mlp/3f2a9c01b7de")
    {
        Add(_run);
        Add(_threads);
        Add(_device);
        Add(_capture);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        var request = new RunRequest { ConfigPath = "", Threads = arguments.GetValue(_threads), Device = arguments.GetValue(_device), Capture = arguments.GetValue(_capture) };
        return RunPrinter.Print(PipelineRunner.Resume(arguments.GetValue(_run)!, request, new ConsoleRunOutput(), cancel), output);
    }
}
