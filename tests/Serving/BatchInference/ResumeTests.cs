using Anneal.Onnx.Tensors;
using Anneal.Serving.BatchInference;

namespace Anneal.Tests.Serving.BatchInference;

public sealed class ResumeTests
{
    private const int RowCount = 1000;
    private TempFolder _folder = new();

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    // Rows of which every hundredth cannot be read.
    private string Input() => _folder.Write("in.csv", string.Join('\n', Rows.Csv(RowCount).Split('\n').Select((l, i) => i % 100 == 50 ? l + ",more" : l)));

    [Test]
    public void Run_StoppedAtAnyPoint_GoesOnToTheSameBytes([Values(".csv", ".jsonl", ".npy", ".parquet")] string ending, [Values(1, 5, 20, 61)] int batches, [Values] bool isKilled)
    {
        using PredictionModel model = Rows.Open(_folder);
        string input = Input();
        var options = new PredictOptions { Batch = 16, Lanes = 2, SkipBad = true, RowGroup = 100, SaveEvery = TimeSpan.Zero };
        Predictor.Run(model, input, _folder["whole" + ending], options);
        string output = _folder["out" + ending];

        Stop(model, input, output, options, batches, isKilled);
        Assert.That(File.Exists(output), Is.False);
        var said = new List<string>();
        PredictionSummary summary = Predictor.Run(model, input, output, options with { Say = said.Add });

        Assert.That(File.ReadAllBytes(output), Is.EqualTo(File.ReadAllBytes(_folder["whole" + ending])));
        Assert.That(File.ReadAllBytes(output + ".rejects.csv"), Is.EqualTo(File.ReadAllBytes(_folder["whole" + ending + ".rejects.csv"])));
        Assert.That(summary.Rows + summary.Rejected, Is.EqualTo(File.ReadAllLines(input).Length - 1 - (RowCount / 5)));
        Assert.That(summary.ResumedFrom, ending == ".parquet" && batches < 7 ? Is.Zero : Is.InRange((batches * 16) - 112, (batches + 2) * 16));
        Assert.That(said.Any(s => s.StartsWith("goes on after row", StringComparison.Ordinal)), Is.EqualTo(summary.ResumedFrom > 0));
        Assert.That(Directory.GetFiles(_folder[""]).Select(Path.GetFileName), Has.None.EndsWith(".part").And.None.EndsWith(".json"));
    }

    [Test]
    public void Run_StoppedTwiceAndGzipped_GoesOnToTheSameBytes()
    {
        using PredictionModel model = Rows.Open(_folder);
        string input = _folder.WriteGzip("in.jsonl.gz", System.Text.Encoding.UTF8.GetBytes(Rows.JsonLines(RowCount)));
        var options = new PredictOptions { Batch = 10, Lanes = 2, SaveEvery = TimeSpan.Zero };

        Stop(model, input, _folder["out.csv"], options, 30, isKilled: true);
        Stop(model, input, _folder["out.csv"], options, 30, isKilled: false);
        PredictionSummary summary = Predictor.Run(model, input, _folder["out.csv"], options);

        Assert.That(summary.ResumedFrom, Is.GreaterThanOrEqualTo(580));
        Assert.That(File.ReadAllText(_folder["out.csv"]), Is.EqualTo(Rows.Answers(RowCount)));
    }

    [Test]
    public void Run_NpyStoppedAndGoneOnWith_SkipsWhatIsDone()
    {
        using PredictionModel model = Models.OpenForPrediction(Models.Scores(1, 2), _folder);
        Tensor x = Tensor.Zeros(DType.Float, 1000, 2);
        for (int i = 0; i < x.Length; i++)
        {
            x.Span<float>()[i] = i;
        }

        using (FileStream stream = File.Create(_folder["in.npy"]))
        {
            Anneal.Onnx.Formats.NpyWriter.Write(stream, x);
        }

        var options = new PredictOptions { Batch = 10, Lanes = 2 };
        Stop(model, _folder["in.npy"], _folder["out.npy"], options, 40, isKilled: false);
        Predictor.Run(model, _folder["in.npy"], _folder["out.npy"], options);

        Assert.That(
            Anneal.Onnx.Formats.NpyReader.Read(_folder["out.npy"]).Span<float>().ToArray(),
            Is.EqualTo(Enumerable.Range(0, 2000).Select(i => (float)(i + 1 + (i % 2)))));
    }

    [Test]
    public void Run_AnotherCommandForTheSameOutput_BeginsAnewAndSaysWhatDiffers()
    {
        using PredictionModel model = Rows.Open(_folder);
        string input = Input();
        var options = new PredictOptions { Batch = 16, SkipBad = true };
        foreach (PredictOptions other in new[] { options with { Batch = 17 }, options with { Fresh = true } })
        {
            Stop(model, input, _folder["out.csv"], options, 5, isKilled: false);
            var said = new List<string>();

            PredictionSummary summary = Predictor.Run(model, input, _folder["out.csv"], other with { Say = said.Add });

            Assert.That(summary.ResumedFrom, Is.Zero);
            Assert.That(said, other.Fresh ? Is.Empty : Is.EqualTo(new[] { "begins anew: what was stopped before had another batch" }));
        }
    }

    [Test]
    public void Run_OnMoreLanesOrInOtherBatches_WritesTheSame([Values(1, 2, 5)] int lanes, [Values(3, 100)] int batch)
    {
        using PredictionModel model = Rows.Open(_folder);
        string input = _folder.Write("in.csv", Rows.Csv(RowCount));

        Predictor.Run(model, input, _folder["out.csv"], new PredictOptions { Batch = batch, Lanes = lanes });

        Assert.That(File.ReadAllText(_folder["out.csv"]), Is.EqualTo(Rows.Answers(RowCount)));
    }

    // Stops after some batches: by asking, or as if the process had died there.
    private static void Stop(PredictionModel model, string input, string output, PredictOptions options, int batches, bool isKilled)
    {
        using var cancellation = new CancellationTokenSource();
        int seen = 0;
        PredictOptions stopping = options with
        {
            Progress = _ =>
            {
                if (++seen == batches && isKilled)
                {
                    throw new InvalidOperationException("killed");
                }

                if (seen == batches)
                {
                    cancellation.Cancel();
                }
            },
        };
        Assert.That(() => Predictor.Run(model, input, output, stopping, cancellation.Token), isKilled ? Throws.InvalidOperationException : Throws.InstanceOf<OperationCanceledException>());
    }
}
