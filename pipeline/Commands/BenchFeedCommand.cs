using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Report;
using Anneal.Trainer.Execution;

namespace Anneal.Pipeline.Commands;

internal sealed class BenchFeedCommand : AnnealCommand
{
    private const double DefaultSeconds = 1;

    private readonly Option<string> _case = CommonOptions.OneOf("--case", "The step whose rows are gathered and augmented.", "mlp", "mlp", "cnn", "resnet20");
    private readonly Option<int?> _threads = CommonOptions.Threads();
    private readonly Option<double> _seconds = CommonOptions.Seconds(DefaultSeconds);

    public BenchFeedCommand()
        : base("feed", "Measures how many rows one thread augments, against those that a training step takes.", "anneal bench feed --case mlp --threads 2")
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
        var bench = new FeedBench(step);
        output.Message(FormattableString.Invariant($"measuring {step.Name} and {bench.Chains.Count} chains for {seconds} s each"));
        using var runner = new SimdRunner(threads);
        double taken = new StepBench(step).Measure(runner, threads, seconds, cancel).SamplesPerS;
        var chains = new List<FeedReport.Chain>();
        var table = new TextTable("AUGMENT", ">ROWS/S", ">µS/ROW", ">OF STEP");
        foreach (FeedBench.Chain chain in bench.Chains)
        {
            double rows = bench.Measure(chain, seconds, cancel);
            chains.Add(new FeedReport.Chain(chain.Name, rows, rows / taken));
            table.Add(
                chain.Name,
                rows.ToString("F0", CultureInfo.InvariantCulture),
                (1e6 / rows).ToString("F2", CultureInfo.InvariantCulture),
                (rows / taken).ToString("F2", CultureInfo.InvariantCulture));
        }

        table.Write(output.Text);
        output.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step.Name} takes {taken:F0} rows/s on {threads} threads; below 1 of it the feed is the bottleneck"));
        output.Result(new FeedReport(step.Name, threads, taken, chains), CommandJson.Default.FeedReport);
        return ExitCode.Done;
    }
}
