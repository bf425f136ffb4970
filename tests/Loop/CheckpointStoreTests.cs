using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Loop;

namespace Anneal.Tests.Loop;

internal sealed class CheckpointStoreTests
{
    [Test]
    public void Save_MoreThanAreKept_LeavesTheNewest()
    {
        using var folder = new TempFolder();
        var store = new CheckpointStore(folder["c"]);
        foreach (long step in (long[])[1, 5, 30, 999, 1000])
        {
            store.Save(At(step), keep: 3);
        }

        Assert.That(store.Steps, Is.EqualTo(new[] { 30, 999, 1000 }));
        Assert.That(store.Latest()!.State.Step, Is.EqualTo(1000));
        Assert.That(store.Load(30).Tensors["w"].Span<float>()[0], Is.EqualTo(30));
    }

    [Test]
    public void SaveBest_IsNotOneOfTheNewest()
    {
        using var folder = new TempFolder();
        var store = new CheckpointStore(folder["c"]);
        Assert.That(store.HasBest, Is.False);
        store.SaveBest(At(2));
        store.Save(At(3), keep: 1);

        Assert.That(store.HasBest, Is.True);
        Assert.That(store.Steps, Is.EqualTo(new[] { 3 }));
        Assert.That(store.LoadBest().State.Step, Is.EqualTo(2));
        store.Clear();
        Assert.That(store.Latest(), Is.Null);
        Assert.That(store.HasBest, Is.False);
    }

    [Test]
    public void SaveInterrupted_IsTheNewestUntilTheNextCheckpoint()
    {
        using var folder = new TempFolder();
        var store = new CheckpointStore(folder["c"]);
        store.Save(At(10), keep: 2);
        store.Save(At(20), keep: 2);
        store.SaveInterrupted(At(23));

        Assert.That(store.Latest()!.State.Step, Is.EqualTo(23));
        Assert.That(store.Steps, Is.EqualTo(new[] { 10, 20 }), "it takes no other's place");

        store.Save(At(30), keep: 2);
        Assert.That(store.Latest()!.State.Step, Is.EqualTo(30));
        Assert.That(store.Steps, Is.EqualTo(new[] { 20, 30 }));
        Assert.That(Directory.GetFiles(folder["c"]), Has.Length.EqualTo(2));
    }

    [Test]
    public void Latest_KilledBeforeTheInterruptedOneWasDeleted_IsTheNewer()
    {
        using var folder = new TempFolder();
        var store = new CheckpointStore(folder["c"]);
        store.Save(At(30), keep: 2);
        store.SaveInterrupted(At(23));

        Assert.That(store.Latest()!.State.Step, Is.EqualTo(30));
    }

    [Test]
    public void Load_WhatWasSaved_IsTheSame()
    {
        using var folder = new TempFolder();
        var store = new CheckpointStore(folder["c"]);
        var record = new EpochRecord(1, 10, 0.1f, new Metrics { ["loss"] = 0.25 }, new Metrics { ["loss"] = double.NaN });
        var state = new LoopState { Epoch = 1, StepInEpoch = 2, Step = 12, LossSum = 1 / 3.0, CorrectSum = 5, Rows = 64, BestEpoch = 1, BestValue = 0.1, History = [record] };
        store.Save(new Checkpoint(state, At(12).Tensors), keep: 1);

        Checkpoint loaded = store.Latest()!;

        Assert.That(loaded.State with { History = [] }, Is.EqualTo(state with { History = loaded.State.History } with { History = [] }));
        Assert.That(loaded.State.LossSum, Is.EqualTo(1 / 3.0));
        Assert.That(loaded.State.History.Single().Train, Is.EqualTo(record.Train));
        Assert.That(loaded.State.History.Single().Validation["loss"], Is.NaN);
        Compare.Same(loaded.Tensors["w"], Tensor.Vector(12f, 0.1f), "w");
    }

    [Test]
    public void Load_DamagedFile_IsADataErrorThatNamesIt()
    {
        using var folder = new TempFolder();
        var store = new CheckpointStore(folder["c"]);
        store.Save(At(7), keep: 1);
        store.Finish();
        string path = Path.Combine(folder["c"], "step-000000007.onnx");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^20]);

        AnnealException? error = Assert.Throws<AnnealException>(() => store.Latest());

        Assert.That(error!.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(error.Message, Does.StartWith(path));
    }

    [TestCase(null, "metadata 'anneal.loop' is missing")]
    [TestCase("{\"epoch\":", "metadata 'anneal.loop' is no state of a run")]
    [TestCase("null", "metadata 'anneal.loop' is no state of a run")]
    public void Load_FileWithoutState_SaysSo(string? state, string message)
    {
        using var folder = new TempFolder();
        var store = new CheckpointStore(folder["c"]);
        Model model = Model.Of(new Graph("g", [], [], Graph.NoInitializers.AddRange(At(1).Tensors), [], Graph.NoValues));
        ModelWriter.Write(state is null ? model : model with { Metadata = model.Metadata.Add("anneal.loop", state) }, Path.Combine(folder["c"], "best.onnx"));

        AnnealException? error = Assert.Throws<AnnealException>(() => store.LoadBest());

        Assert.That(error!.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(error.Message, Does.Contain(message).And.Contain("best.onnx"));
    }

    private static Checkpoint At(long step) =>
        new(new LoopState { Step = step }, new Dictionary<string, Tensor> { ["w"] = Tensor.Vector(step, 0.1f) });
}
