using System.CommandLine;
using Anneal.Onnx;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Report;
using Anneal.Serving;
using Anneal.Trainer.Execution;

namespace Anneal.Pipeline.Commands;

/// <summary>The options by which a bench chooses the case that it trains and the engine that trains it.</summary>
internal sealed class BenchEngine
{
    private const string Ort = "ort";
    private const int MostRows = 65_536;

    private readonly Option<string> _case = CommonOptions.OneOf("--case", "The model and its batch.", StepCases.All[0].Name, [.. StepCases.All.Select(c => c.Name)]);
    private readonly Option<int?> _batch = CommonOptions.Positive("--batch", "Rows of a step; the case's own number when left out.", MostRows);
    private readonly Option<string> _engine = CommonOptions.OneOf("--engine", "The engine.", "simd", "simd", Ort);
    private readonly Option<string> _device = OrtChoice.DeviceOption();
    private readonly Option<string> _capture = OrtChoice.CaptureOption("auto is where the step can be captured.", "auto");
    private readonly Option<int?> _threads = CommonOptions.Threads();

    /// <summary>Adds the options to a command.</summary>
    public BenchEngine(Command command)
    {
        foreach (Option option in (Option[])[_case, _batch, _engine, _device, _capture, _threads])
        {
            command.Add(option);
        }
    }

    /// <summary>The case, of as many rows as are asked for.</summary>
    public StepCase Case(ParseResult arguments)
    {
        StepCase step = StepCases.All.Single(c => c.Name == arguments.GetValue(_case));
        return arguments.GetValue(_batch) is { } rows ? step with { Batch = rows } : step;
    }

    /// <summary>The engine's threads.</summary>
    public int Threads(ParseResult arguments) => arguments.GetValue(_threads) ?? Machine.DefaultThreads;

    /// <summary>Does something on the engine.</summary>
    /// <exception cref="AnnealException">The device cannot be used.</exception>
    public T On<T>(ParseResult arguments, CommandOutput output, Func<IGraphRunner, T> measure)
    {
        if (arguments.GetValue(_engine) != Ort)
        {
            using var simd = new SimdRunner(Threads(arguments));
            return measure(simd);
        }

        OrtOptions options = OrtChoice.Of(arguments.GetValue(_device)!, Threads(arguments), output);
        var ort = new OrtStepRunner(options with { Capture = Enum.Parse<CaptureMode>(arguments.GetValue(_capture)!, ignoreCase: true) });
        T result = measure(ort);
        output.Message(Stages.Engines.Describe(ort.Placements[^1]));
        return result;
    }

    /// <summary>Whether the device replayed what an engine trained with; null of an engine that does no such thing.</summary>
    public static bool? Captured(IGraphRunner runner) => runner is OrtStepRunner { Captures: true, Placements: [.., var last] } ? last.Captured : null;
}
