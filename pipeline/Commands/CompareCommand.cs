using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Compare;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Commands;

internal sealed class CompareCommand : AnnealCommand
{
    private const int DefaultSteps = 5;
    private const double DefaultTolerance = 1e-4;

    private readonly Argument<string?> _pipeline = CommonOptions.Pipeline();
    private readonly Option<string> _engines = new("--engines") { Description = $"The engines, the first of which the others are held against: {string.Join(", ", Engines.Names)}.", HelpName = "A,B", DefaultValueFactory = _ => $"{Engines.Simd},{Engines.OrtCpu}" };
    private readonly Option<int?> _steps = CommonOptions.Positive("--steps", "Steps to take; 5 when left out.", 1000);
    private readonly Option<double> _tolerance = new("--tolerance") { Description = "The largest difference that passes, as a share of a tensor's scale.", HelpName = "T", DefaultValueFactory = _ => DefaultTolerance };
    private readonly Option<string?> _case = CommonOptions.OneOf("--case", "Compare a case of the bench in place of a pipeline.", null!, [.. StepCases.All.Select(c => c.Name)])!;
    private readonly Option<string> _file = CommonOptions.File();
    private readonly Option<string[]> _sets = CommonOptions.Set();
    private readonly Option<int?> _threads = CommonOptions.Threads();

    public CompareCommand()
        : base("compare", "Takes the same training steps on several engines, each from the first one's state, and shows by how much every tensor differs.", "anneal compare mnist-mlp --engines simd,ort-cpu --steps 5")
    {
        Add(_pipeline);
        Add(_engines);
        Add(_steps);
        Add(_tolerance);
        Add(_case);
        Add(_file);
        Add(_sets);
        Add(_threads);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        string[] names = arguments.GetValue(_engines)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length < 2)
        {
            throw AnnealException.BadUsage($"--engines takes two engines or more, got '{arguments.GetValue(_engines)}'", $"the engines are {string.Join(", ", Engines.Names)}");
        }

        int threads = arguments.GetValue(_threads) ?? Machine.DefaultThreads;
        var runners = new List<IGraphRunner>();
        try
        {
            runners.AddRange(names.Select(n => Engines.Make(n, threads)));
            LockStepReport report = Compare(arguments, runners, cancel);
            Write(report, output.Text);
            output.Result(report, CommandJson.Default.LockStepReport);
            return report.Passed ? ExitCode.Done : ExitCode.GateFailed;
        }
        finally
        {
            runners.OfType<IDisposable>().ToList().ForEach(r => r.Dispose());
        }
    }

    private LockStepReport Compare(ParseResult arguments, IReadOnlyList<IGraphRunner> runners, CancellationToken cancel)
    {
        int steps = arguments.GetValue(_steps) ?? DefaultSteps;
        double tolerance = arguments.GetValue(_tolerance);
        if (arguments.GetValue(_case) is { } name)
        {
            var bench = new StepBench(StepCases.All.Single(c => c.Name == name));
            return new LockStep(bench.Graphs, runners, tolerance).Run(name, steps, (input, step) => bench.Feed(input, step - 1, step), cancel);
        }

        var request = new RunRequest { ConfigPath = arguments.GetValue(_file)!, Pipeline = arguments.GetValue(_pipeline), Sets = arguments.GetValue(_sets)! };
        using var rows = new PipelineSteps(PipelineRunner.Load(request), runners[0]);
        return new LockStep(rows.Graphs, runners, tolerance).Run(rows.Name, steps, rows.Feed, cancel);
    }

    private static void Write(LockStepReport report, TextWriter output)
    {
        string[] steps = [.. Enumerable.Range(1, report.Steps).Select(s => string.Create(CultureInfo.InvariantCulture, $">STEP {s}"))];
        var table = new TextTable(["TENSOR", .. steps, ">LEFT OUT"]);
        foreach (LockStepReport.Compared row in report.Tensors)
        {
            table.Add([row.Name, .. row.Differences.Select(d => d.ToString("0.0e+0", CultureInfo.InvariantCulture)), row.Undetermined == 0 ? "" : row.Undetermined.ToString("N0", CultureInfo.InvariantCulture)]);
        }

        table.Write(output);
        output.WriteLine("differences are shares of the tensor's largest element; left out are weights whose gradient is zero within the tolerance");
        output.WriteLine(report.First is { } first
            ? string.Create(CultureInfo.InvariantCulture, $"step {first.Step}: '{first.Tensor}' on {first.Engine} differs from {report.Engines[0]} by {first.Difference:0.0e+0}, allowed {report.Tolerance:0.0e+0}")
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(" and ", report.Engines)} agree on {report.Subject}: the largest difference is {report.Largest:0.0e+0}, allowed {report.Tolerance:0.0e+0}"));
        if (report.First is { Kinks: { Relus: > 0 } or { Maxima: > 0 } } breach)
        {
            LockStepReport.Kinks kinks = breach.Kinks;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"in that step {kinks.ReluFlips:N0} of {kinks.Relus:N0} values fall on different sides of a Relu's kink, and {kinks.MaximaFlips:N0} of {kinks.Maxima:N0} maxima are taken from another place"));
        }
    }
}
