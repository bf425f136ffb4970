using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Report;

namespace Anneal.Pipeline.Commands;

internal sealed class BenchPredictCommand : AnnealCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "An exported ONNX file." };
    private readonly Argument<string> _input = new("INPUT") { Description = "Rows to predict, as for predict." };
    private readonly Option<string[]> _outputs = new("--output", "-o")
    {
        Description = "The endings of the files to write; may be given again.",
        HelpName = ".csv|.jsonl|.npy|.parquet",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [".csv"],
    };

    private readonly Option<int?> _batch = CommonOptions.Positive("--batch", "Rows per run; measured when left out.", 1_000_000);
    private readonly Option<int?> _threads = CommonOptions.Threads();
    private readonly Option<int?> _rounds = CommonOptions.Positive("--rounds", "Measurements of each side, in turn; 3 when left out.", 100);

    public BenchPredictCommand()
        : base("predict", "Measures predict against ONNX Runtime alone, looping over values already in memory.", "anneal bench predict model.onnx rows.csv --output .csv")
    {
        Add(_model);
        Add(_input);
        Add(_outputs);
        Add(_batch);
        Add(_threads);
        Add(_rounds);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        var bench = new PredictBench(
            arguments.GetValue(_model)!, arguments.GetValue(_input)!, arguments.GetValue(_threads) ?? Machine.DefaultThreads, arguments.GetValue(_batch), output.Message);
        IReadOnlyList<PredictBenchReport.Side> sides = bench.Measure(arguments.GetValue(_outputs)!, arguments.GetValue(_rounds) ?? 3, cancel);
        var table = new TextTable("SIDE", ">ROWS", ">ROWS/S", ">RATIO", ">CPU µS/ROW");
        foreach (PredictBenchReport.Side side in sides)
        {
            table.Add(
                side.Name,
                side.Rows.ToString(CultureInfo.InvariantCulture),
                side.RowsPerS.ToString("F0", CultureInfo.InvariantCulture),
                side.Ratio.ToString("F2", CultureInfo.InvariantCulture),
                side.CpuUsPerRow.ToString("F2", CultureInfo.InvariantCulture));
        }

        table.Write(output.Text);
        output.Result(new PredictBenchReport(bench.Batch, bench.Threads, sides, Machine.PeakResidentMb), CommandJson.Default.PredictBenchReport);
        return ExitCode.Done;
    }
}
