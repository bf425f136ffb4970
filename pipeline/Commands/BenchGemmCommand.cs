using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Kernels;
using Anneal.Pipeline.Report;

namespace Anneal.Pipeline.Commands;

internal sealed class BenchGemmCommand : AnnealCommand
{
    private readonly Option<string> _sizes = NumberList("--sizes", "Sizes M = N = K, separated by commas.", "512,1024", 16384);
    private readonly Option<string> _threads =
        NumberList("--threads", "Numbers of threads, separated by commas; one and all cores when left out.", DefaultThreads(), 1024);

    private readonly Option<string> _transpose = CommonOptions.OneOf(
        "--transpose", "Which operands are stored transposed, as in BLAS: the first letter is A's, the second B's.", "nn", "nn", "nt", "tn", "tt");

    public BenchGemmCommand()
        : base("gemm", "Measures float matrix products against the machine's measured multiply-add peak.", "anneal bench gemm --sizes 1024 --threads 1,2")
    {
        Add(_sizes);
        Add(_threads);
        Add(_transpose);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        int[] sizes = Parse(arguments.GetValue(_sizes)!);
        string transpose = arguments.GetValue(_transpose)!;
        var rows = new List<GemmReport.Row>();
        double top = 0;
        foreach (int threads in Parse(arguments.GetValue(_threads)!).Distinct().Order())
        {
            using var team = new Team(threads);
            top = PeakFlops.Measure(team);
            foreach (int size in sizes)
            {
                cancel.ThrowIfCancellationRequested();
                GemmRow row = GemmBench.Measure(team, top, size, size, size, transpose[0] == 't', transpose[1] == 't');
                rows.Add(new GemmReport.Row(size, size, size, threads, row.Gflops, row.FractionOfPeak));
            }
        }

        var table = new TextTable(">M", ">N", ">K", ">THREADS", ">GFLOP/S", ">OF PEAK");
        foreach (GemmReport.Row row in rows)
        {
            table.Add(
                Text(row.M),
                Text(row.N),
                Text(row.K),
                Text(row.Threads),
                row.Gflops.ToString("F1", CultureInfo.InvariantCulture),
                row.FractionOfPeak.ToString("P1", CultureInfo.InvariantCulture));
        }

        table.Write(output.Text);
        output.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak {top:F1} GFLOP/s on {rows[^1].Threads} threads"));
        output.Result(new GemmReport(top, rows), CommandJson.Default.GemmReport);
        return ExitCode.Done;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string DefaultThreads() => Environment.ProcessorCount == 1 ? "1" : $"1,{Text(Environment.ProcessorCount)}";

    private static int[] Parse(string list) => [.. list.Split(',').Select(n => int.Parse(n, NumberStyles.None, CultureInfo.InvariantCulture))];

    private static Option<string> NumberList(string name, string description, string fallback, int most)
    {
        var option = new Option<string>(name) { Description = description, HelpName = "N,N", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            bool isList = result.Tokens is not [{ Value: string text }] || text.Split(',').All(n =>
                int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1 && value <= most);
            if (!isList)
            {
                result.AddError(FormattableString.Invariant(
                    $"{name} takes whole numbers from 1 to {most} separated by commas, got '{result.Tokens[0].Value}'"));
            }
        });
        return option;
    }
}
