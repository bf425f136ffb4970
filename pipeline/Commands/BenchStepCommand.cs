using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Ir.Format;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Stages;
using Anneal.Serving;
using Anneal.Trainer.Execution;

namespace Anneal.Pipeline.Commands;

internal sealed class BenchStepCommand : AnnealCommand
{
    private const string Ort = "ort";
    private const double DefaultSeconds = 4;

    private readonly Option<string> _case;
    private readonly Option<string> _engine = CommonOptions.OneOf("--engine", "The engine.", "simd", "simd", Ort);
    private readonly Option<string> _device = OrtChoice.DeviceOption();
    private readonly Option<string> _capture = OrtChoice.CaptureOption("auto is where the step can be captured.", "auto");
    private readonly Option<int?> _threads = CommonOptions.Threads();
    private readonly Option<double> _seconds = CommonOptions.Seconds(DefaultSeconds);
    private readonly Option<string?> _save = new("--save") { Description = "Also write the step as an ONNX file, for inspect --plan.", HelpName = "FILE" };

    public BenchStepCommand()
        : base("step", "Times a training step: forward, backward and the Adam update.", "anneal bench step --case mlp --threads 2")
    {
        string[] cases = [.. StepCases.All.Select(c => c.Name)];
        _case = CommonOptions.OneOf("--case", "The model and its batch.", cases[0], cases);
        Add(_case);
        Add(_engine);
        Add(_device);
        Add(_capture);
        Add(_threads);
        Add(_seconds);
        Add(_save);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        int threads = arguments.GetValue(_threads) ?? Machine.DefaultThreads;
        double seconds = arguments.GetValue(_seconds);
        var bench = new StepBench(StepCases.All.Single(c => c.Name == arguments.GetValue(_case)));
        output.Message(FormattableString.Invariant($"measuring {arguments.GetValue(_case)} for {seconds} s"));
        if (arguments.GetValue(_save) is { } path)
        {
            ModelWriter.Write(bench.Step, path);
        }

        StepReport report;
        if (arguments.GetValue(_engine) == Ort)
        {
            OrtOptions options = OrtChoice.Of(arguments.GetValue(_device)!, threads, output);
            var runner = new OrtStepRunner(options with { Capture = Enum.Parse<CaptureMode>(arguments.GetValue(_capture)!, ignoreCase: true) });
            report = bench.Measure(runner, threads, seconds, cancel) with { Captured = options.Device == OrtDevice.Cpu ? null : runner.Placements[^1].Captured };
            output.Message(Engines.Describe(runner.Placements[^1]));
        }
        else
        {
            using var runner = new SimdRunner(threads);
            report = bench.Measure(runner, threads, seconds, cancel);
        }

        output.Text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Case} on {report.Engine}, batch {report.Batch}, {report.Threads} threads: {report.MsPerStep:F3} ms/step, "
                + $"{report.SamplesPerS:F0} samples/s, peak {report.PeakRssMb:F0} MB"));
        output.Result(report, CommandJson.Default.StepReport);
        return ExitCode.Done;
    }
}
