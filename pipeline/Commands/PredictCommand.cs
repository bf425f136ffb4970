using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Report;
using Anneal.Serving.BatchInference;
using Anneal.Trainer.Data.Images;

namespace Anneal.Pipeline.Commands;

internal sealed class PredictCommand : AnnealCommand
{
    private const string Auto = "auto";
    private const string Fail = "fail";
    private const string Skip = "skip";
    private const int MostRows = 1_000_000;

    private readonly Argument<string> _model = new("MODEL") { Description = "An exported ONNX file." };
    private readonly Argument<string> _input = new("INPUT") { Description = "Rows to predict: CSV, JSON Lines, IDX or npy, raw or gzipped; Parquet; a folder or zip of images." };
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The file to write: .csv, .jsonl or .parquet for every output, .npy for the probabilities or the prediction.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string> _batch = new("--batch") { Description = "Rows per run; auto measures it on the first rows.", HelpName = "N|auto", DefaultValueFactory = _ => Auto };
    private readonly Option<string> _device = OrtChoice.DeviceOption();
    private readonly Option<int?> _threads = CommonOptions.Positive("--threads", "Batches worked on at a time, each on a thread; one for each core when left out.", 1024);
    private readonly Option<string> _onError = CommonOptions.OneOf("--on-error", "What a row that cannot be read does: end the command, or go to the reject file.", Fail, Fail, Skip);
    private readonly Option<string?> _rejects = new("--rejects") { Description = "The reject file; OUTPUT.rejects.csv when left out.", HelpName = "FILE" };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Begin anew where an earlier command was stopped." };

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
        Add(_onError);
        Add(_rejects);
        Add(_fresh);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        string batch = arguments.GetValue(_batch)!;
        string input = arguments.GetValue(_input)!;
        string target = arguments.GetValue(_output)!;
        var progress = PredictProgress.OnStandardError();
        var options = new PredictOptions
        {
            Batch = batch == Auto ? null : RowsOf(batch)!.Value,
            Lanes = arguments.GetValue(_threads) ?? 0,
            SkipBad = arguments.GetValue(_onError) == Skip,
            Rejects = arguments.GetValue(_rejects),
            Fresh = arguments.GetValue(_fresh),
            OpenImages = (path, channels, height, width) => new ImageReader(path, channels, height, width),
            Progress = progress.Show,
            Say = output.Message,
        };
        long start = Stopwatch.GetTimestamp();

        // Each of the batches in work has a thread; ONNX Runtime's own would only take turns with these.
        using var model = PredictionModel.Open(arguments.GetValue(_model)!, OrtChoice.Of(arguments.GetValue(_device)!, 1, output));
        PredictionSummary summary;
        try
        {
            summary = Predictor.Run(model, input, target, options, cancel);
        }
        catch (OperationCanceledException)
        {
            progress.Line($"stopped; how far it came is saved beside {target}: the same command goes on from there");
            throw;
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double rate = (summary.Rows + summary.Rejected - summary.ResumedFrom) / seconds;
        if (summary.Rejected > 0)
        {
            progress.Line(FormattableString.Invariant($"warning: {summary.Rejected} rows could not be read and are left out: {summary.RejectFile}"));
        }

        progress.Clear();
        output.Text.WriteLine(FormattableString.Invariant($"{summary.Rows} rows in {seconds:F2} s on {model.Engine} → {target}"));
        output.Result(
            new PredictReport(model.Path, input, target, model.Engine, summary.Batch, summary.Rows, summary.Rejected, summary.RejectFile, summary.ResumedFrom, seconds, rate, Machine.PeakResidentMb, summary.Ignored),
            CommandJson.Default.PredictReport);
        return ExitCode.Done;
    }

    private static int? RowsOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int rows) ? rows : null;
}
