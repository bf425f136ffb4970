using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Ir.Format;
using Anneal.Pipeline.Bench;

namespace Anneal.Pipeline.Commands;

internal sealed class BenchStepCommand : AnnealCommand
{
    private const double DefaultSeconds = 4;

    private readonly BenchEngine _engine;
    private readonly Option<double> _seconds = CommonOptions.Seconds(DefaultSeconds);
    private readonly Option<string?> _save = new("--save") { Description = "Also write the step as an ONNX file, for inspect --plan.", HelpName = "FILE" };

    public BenchStepCommand()
        : base("step", "Times a training step: forward, backward and the Adam update.", "anneal bench step --case mlp --threads 2")
    {
        _engine = new BenchEngine(this);
        Add(_seconds);
        Add(_save);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        int threads = _engine.Threads(arguments);
        double seconds = arguments.GetValue(_seconds);
        var bench = new StepBench(_engine.Case(arguments));
        output.Message(FormattableString.Invariant($"measuring {bench.Case.Name} for {seconds} s"));
        if (arguments.GetValue(_save) is { } path)
        {
            ModelWriter.Write(bench.Step, path);
        }

        StepReport report = _engine.On(arguments, output, runner => bench.Measure(runner, threads, seconds, cancel) with { Captured = BenchEngine.Captured(runner) });
        output.Text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Case} on {report.Engine}, batch {report.Batch}, {report.Threads} threads: {report.MsPerStep:F3} ms/step, "
                + $"{report.SamplesPerS:F0} samples/s, peak {report.PeakRssMb:F0} MB"));
        output.Result(report, CommandJson.Default.StepReport);
        return ExitCode.Done;
    }
}
