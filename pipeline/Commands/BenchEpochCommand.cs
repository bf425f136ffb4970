using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Bench;

namespace Anneal.Pipeline.Commands;

internal sealed class BenchEpochCommand : AnnealCommand
{
    private const double DefaultSeconds = 12;

    private readonly BenchEngine _engine;
    private readonly Option<double> _seconds = CommonOptions.Seconds(DefaultSeconds);

    public BenchEpochCommand()
        : base("epoch", "Times an epoch of training with its feed of batches against the same steps on rows that lie ready.", "anneal bench epoch --case cnn --engine ort")
    {
        _engine = new BenchEngine(this);
        Add(_seconds);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        double seconds = arguments.GetValue(_seconds);
        var bench = new EpochBench(_engine.Case(arguments));
        output.Message(FormattableString.Invariant($"measuring steps and epochs of {bench.Case.Name} for {seconds} s"));
        EpochReport report = _engine.On(
            arguments, output, runner => bench.Measure(runner, _engine.Threads(arguments), seconds, cancel) with { Captured = BenchEngine.Captured(runner) });
        output.Text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Case} on {report.Engine}, batch {report.Batch}, {report.Threads} threads, {report.Augment}: an epoch of {report.Steps} steps takes {report.MsPerEpoch:F1} ms, "
                + $"{report.Ratio:F3} times as long as {report.Steps} steps of {report.MsPerStep:F3} ms on rows that lie ready"));
        output.Result(report, CommandJson.Default.EpochReport);
        return ExitCode.Done;
    }
}
