using System.CommandLine;
using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Commands;

/// <summary>The options that <c>run</c> and <c>check</c> share.</summary>
internal sealed class RequestOptions
{
    private readonly Argument<string?> _pipeline = CommonOptions.Pipeline();
    private readonly Option<string> _file = CommonOptions.File();
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<string?> _device = CommonOptions.OneOf("--device", "Where the engine computes; the file's choice when left out.", null!, "auto", "cpu", "cuda")!;
    private readonly Option<string?> _engine = CommonOptions.OneOf("--engine", "What runs the training step; the file's choice when left out.", null!, "simd", "ort")!;
    private readonly Option<string?> _capture = OrtChoice.CaptureOption("the file's choice when left out.", null!)!;
    private readonly Option<int?> _threads = CommonOptions.Threads();

    public void AddTo(Command command)
    {
        command.Add(_pipeline);
        command.Add(_file);
        command.Add(_set);
        command.Add(_device);
        command.Add(_engine);
        command.Add(_capture);
        command.Add(_threads);
    }

    public RunRequest Of(ParseResult arguments) => new()
    {
        ConfigPath = arguments.GetValue(_file)!,
        Pipeline = arguments.GetValue(_pipeline),
        Sets = arguments.GetValue(_set)!,
        Device = arguments.GetValue(_device),
        Engine = arguments.GetValue(_engine),
        Capture = arguments.GetValue(_capture),
        Threads = arguments.GetValue(_threads),
    };
}
