using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Serving;
using Anneal.Serving.BatchInference;

namespace Anneal.Pipeline.Commands;

internal sealed class PredictCommand : AnnealCommand
{
    private const string Auto = "auto";
    private const int MostRows = 1_000_000;

    private readonly Argument<string> _model = new("MODEL") { Description = "An exported ONNX file." };
    private readonly Argument<string> _input = new("INPUT") { Description = "Rows to predict: CSV, IDX or npy, raw or gzipped." };
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to write: .csv for every output, .npy for the probabilities or the prediction.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string> _batch = new("--batch") { Description = "Rows per run.", HelpName = "N|auto", DefaultValueFactory = _ => Auto };
    private readonly Option<string> _device = OrtChoice.DeviceOption();
    private readonly Option<int?> _threads = CommonOptions.Threads();

    public PredictCommand()
        : base("predict", "Runs a whole file through a model in ONNX Runtime.", "anneal predict model.onnx images.idx.gz -o answers.csv")
    {
        _batch.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string text }] && text != Auto && RowsOf(text) is not (>= 1 and <= MostRows))
            {
                result.AddError(FormattableString.Invariant($"--batch takes a whole number from 1 to {MostRows} or auto, got '{text}'"));
            }
        });
        Add(_model);
        Add(_input);
        Add(_output);
        Add(_batch);
        Add(_device);
        Add(_threads);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        string batch = arguments.GetValue(_batch)!;
        var options = new PredictOptions();
        if (batch != Auto)
        {
            options = options with { Batch = RowsOf(batch)!.Value };
        }

        string input = arguments.GetValue(_input)!;
        string target = arguments.GetValue(_output)!;
        long start = Stopwatch.GetTimestamp();
        using OrtModel model = OrtModel.Open(arguments.GetValue(_model)!, OrtChoice.Of(arguments.GetValue(_device)!, arguments.GetValue(_threads), output));
        PredictionSummary summary = Predictor.Run(model, input, target, options, cancel);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (summary.Ignored.Count > 0)
        {
            output.Message($"warning: the model does not read these columns: {string.Join(", ", summary.Ignored)}");
        }

        output.Text.WriteLine(FormattableString.Invariant($"{summary.Rows} rows in {seconds:F2} s on {model.Engine} → {target}"));
        output.Result(
            new PredictReport(model.Path, input, target, model.Engine, summary.Rows, seconds, summary.Rows / seconds, summary.Ignored),
            CommandJson.Default.PredictReport);
        return ExitCode.Done;
    }

    private static int? RowsOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int rows) ? rows : null;
}
