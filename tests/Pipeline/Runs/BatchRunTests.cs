using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>Runs with <c>batch: auto</c>.</summary>
internal sealed class BatchRunTests
{
    [Test]
    public void Run_AutoBatch_IsThatOfTheNumberThatWasFound()
    {
        using var place = new Workplace();
        RunRequest request = Request(place, "train.batch=auto");
        var output = new QuietRun();
        RunSummary found = PipelineRunner.Run(request, output, default);
        RunRecord record = RunFolder.ReadRecord(found.Run)!;
        int batch = record.Batches.Single().Batch;

        Assert.That(record.Batches.Single().Path, Is.EqualTo("train.batch"));
        Assert.That(record.Batches.Single().Trials.Select(t => t.Batch), Does.Contain(batch));
        Assert.That(record.Batches.Single().Trials[0].Batch, Is.EqualTo(8));
        Assert.That(batch, Is.InRange(8, 320), "there are 320 rows to train on");
        Assert.That(File.ReadAllText(Path.Combine(found.Run, "config.yaml")), Does.Contain(string.Create(CultureInfo.InvariantCulture, $"batch: {batch}\n")));
        Assert.That(output.Lines, Has.Exactly(1).StartsWith("batch "));

        var again = new QuietRun();
        RunSummary repeated = PipelineRunner.Run(request, again, default);
        Assert.That(again.Lines, Has.None.StartsWith("batch "), "an earlier run has found it");
        Assert.That(repeated.Run, Is.EqualTo(found.Run));
        Assert.That(repeated.Stages.Select(s => s.Cached), Is.All.True);

        RunSummary given = PipelineRunner.Run(Request(place, string.Create(CultureInfo.InvariantCulture, $"train.batch={batch}")), new QuietRun(), default);
        Assert.That(given.Run, Is.EqualTo(found.Run), "the run's id is that of the number");

        RunSummary resumed = PipelineRunner.Resume(found.Run, new RunRequest { ConfigPath = "", Until = "train" }, new QuietRun(), default);
        Assert.That(resumed.Stages.Select(s => s.Cached), Is.All.True);
        Assert.That(RunFolder.ReadRecord(found.Run)!.Batches.Single().Batch, Is.EqualTo(batch));

        var fresh = new QuietRun();
        PipelineRunner.Run(request with { Fresh = true }, fresh, default);
        Assert.That(fresh.Lines, Has.Exactly(1).StartsWith("batch "), "a fresh run finds anew");
    }

    [Test]
    public void Run_PhasesOfWhichOneHasAutoBatch_FindThatOne()
    {
        using var place = new Workplace();
        place.Write("pipelines.yaml", Workplace.Config.Replace("batch: 16, epochs: 150", "phases: [{epochs: 1, batch: 16}, {epochs: 1, batch: auto}]", StringComparison.Ordinal).Replace("optimizer: {adam: {lr: 0.003}}, ", "", StringComparison.Ordinal));

        RunSummary summary = PipelineRunner.Run(new RunRequest { ConfigPath = place["pipelines.yaml"], Sets = ["average=none"], Until = "train" }, new QuietRun(), default);

        Assert.That(RunFolder.ReadRecord(summary.Run)!.Batches.Select(b => b.Path), Is.EqualTo(new[] { "train.phases.1.batch" }));
    }

    [Test]
    public void Run_FileOfBatchesThatIsDamaged_IsAnError()
    {
        using var place = new Workplace();
        Directory.CreateDirectory(place["runs/quadrants"]);
        place.Write("runs/quadrants/batches.json", "{");

        Assert.That(
            () => PipelineRunner.Run(Request(place, "train.batch=auto"), new QuietRun(), default),
            Throws.TypeOf<AnnealException>().With.Message.Matches("batches.json is damaged: .* hint: delete it to find the batch again"));
    }

    private static RunRequest Request(Workplace place, string batch) => new() { ConfigPath = place["pipelines.yaml"], Sets = [batch, "train.epochs=1", "average=none"], Until = "train" };
}
