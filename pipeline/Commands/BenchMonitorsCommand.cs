using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Report;
using Anneal.Trainer.Execution;

namespace Anneal.Pipeline.Commands;

internal sealed class BenchMonitorsCommand : AnnealCommand
{
    private const double DefaultSeconds = 12;

    private readonly Option<string> _case = CommonOptions.OneOf("--case", "The model and its batch.", "mlp", [.. StepCases.All.Select(c => c.Name)]);
    private readonly Option<int?> _threads = CommonOptions.Threads();
    private readonly Option<double> _seconds = CommonOptions.Seconds(DefaultSeconds);

    public BenchMonitorsCommand()
        : base("monitors", "Measures what monitors cost a training step.", "anneal bench monitors --case cnn --threads 1")
    {
        Add(_case);
        Add(_threads);
        Add(_seconds);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        int threads = arguments.GetValue(_threads) ?? Machine.DefaultThreads;
        double seconds = arguments.GetValue(_seconds);
        StepCase step = StepCases.All.Single(c => c.Name == arguments.GetValue(_case));
        output.Message(FormattableString.Invariant($"measuring {step.Name} with and without monitors for {seconds} s"));
        using var runner = new SimdRunner(threads);
        MonitorReport report = new MonitorBench(step, runner).Measure(threads, seconds, cancel);
        output.Text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Case}, {report.Threads} threads: {report.MsPerStep:F3} ms/step without monitors, {report.MsPerStepMonitored:F3} with, "
                + $"and a look of {report.MsPerLook:F1} ms every {report.StepsPerEpoch} steps ({report.LookShare:P1} of them): {report.Ratio:F3} times as long"));
        output.Result(report, CommandJson.Default.MonitorReport);
        return ExitCode.Done;
    }
}
