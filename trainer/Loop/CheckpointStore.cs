using System.Globalization;
using System.Text.Json;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Loop;

/// <summary>A run's checkpoints on disk: ONNX files whose initializers are the tensors and whose metadata is the state.</summary>
/// <remarks>
/// Each file is written beside its name, flushed and renamed, so that a kill at any moment leaves whole files only. Files are written one after the other while the
/// caller goes on; whatever reads waits for them.
/// </remarks>
public sealed class CheckpointStore
{
    private const string StateKey = "anneal.loop";
    private const string BestName = "best.onnx";
    private const string InterruptedName = "interrupted.onnx";
    private readonly string _folder;
    private Task _writing = Task.CompletedTask;

    /// <summary>Opens the store of a run.</summary>
    /// <param name="folder">The folder of checkpoints; created when missing.</param>
    public CheckpointStore(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>The steps of the checkpoints that are there, in order.</summary>
    public IReadOnlyList<long> Steps
    {
        get
        {
            Finish();
            return OnDisk();
        }
    }

    /// <summary>Whether there is a best checkpoint.</summary>
    public bool HasBest
    {
        get
        {
            Finish();
            return File.Exists(PathOf(BestName));
        }
    }

    /// <summary>Waits until all that was saved is on disk.</summary>
    /// <exception cref="IOException">A file could not be written.</exception>
    public void Finish()
    {
        Task writing = _writing;
        _writing = Task.CompletedTask;
        writing.GetAwaiter().GetResult();
    }

    /// <summary>Saves the best checkpoint so far.</summary>
    /// <param name="checkpoint">The moment.</param>
    public void SaveBest(Checkpoint checkpoint) => Begin(() => ModelWriter.Write(ToModel(checkpoint), PathOf(BestName)));

    /// <summary>Saves a moment that an undisturbed run would not save; it is gone once the next checkpoint is there.</summary>
    /// <param name="checkpoint">The moment.</param>
    public void SaveInterrupted(Checkpoint checkpoint)
    {
        Finish();
        ModelWriter.Write(ToModel(checkpoint), PathOf(InterruptedName));
    }

    /// <summary>Saves a checkpoint under its step.</summary>
    /// <param name="checkpoint">The moment.</param>
    /// <param name="keep">How many of the newest are kept.</param>
    public void Save(Checkpoint checkpoint, int keep) => Begin(() =>
    {
        ModelWriter.Write(ToModel(checkpoint), PathOf(NameOf(checkpoint.State.Step)));
        File.Delete(PathOf(InterruptedName));
        foreach (long old in OnDisk().SkipLast(keep))
        {
            File.Delete(PathOf(NameOf(old)));
        }
    });

    /// <summary>Keeps the parameters that an epoch ended with, whatever checkpoints are deleted.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="parameters">The parameters by name.</param>
    public void SaveSnapshot(int epoch, IReadOnlyDictionary<string, Tensor> parameters) =>
        ModelWriter.Write(Model.Holding("snapshot", parameters), PathOf(SnapshotOf(epoch)));

    /// <summary>Loads the parameters that an epoch ended with.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <returns>The parameters by name.</returns>
    /// <exception cref="AnnealException">The file is missing or damaged.</exception>
    public IReadOnlyDictionary<string, Tensor> LoadSnapshot(int epoch) => ModelReader.Read(PathOf(SnapshotOf(epoch))).Graph.Initializers;

    /// <summary>Loads the newest checkpoint, that of an interruption included.</summary>
    /// <returns>The checkpoint, or null when there is none.</returns>
    /// <exception cref="AnnealException">The file is damaged.</exception>
    public Checkpoint? Latest()
    {
        Finish();
        Checkpoint? interrupted = File.Exists(PathOf(InterruptedName)) ? Load(InterruptedName) : null;
        return Steps is [.., long last] && last >= (interrupted?.State.Step ?? 0) ? Load(last) : interrupted;
    }

    /// <summary>Loads the checkpoint of a step.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="AnnealException">The file is missing or damaged.</exception>
    public Checkpoint Load(long step)
    {
        Finish();
        return Load(NameOf(step));
    }

    /// <summary>Loads the best checkpoint.</summary>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="AnnealException">The file is missing or damaged.</exception>
    public Checkpoint LoadBest()
    {
        Finish();
        return Load(BestName);
    }

    /// <summary>Deletes all checkpoints.</summary>
    public void Clear()
    {
        Finish();
        foreach (string file in Directory.EnumerateFiles(_folder, "*.onnx"))
        {
            File.Delete(file);
        }
    }

    private IReadOnlyList<long> OnDisk() =>
    [
        .. Directory.EnumerateFiles(_folder, "step-*.onnx")
            .Select(f => long.Parse(Path.GetFileNameWithoutExtension(f)["step-".Length..], CultureInfo.InvariantCulture))
            .Order(),
    ];

    private void Begin(Action write)
    {
        Finish();
        _writing = Task.Run(write);
    }

    private static Model ToModel(Checkpoint checkpoint) => Model.Holding("checkpoint", checkpoint.Tensors) with
    {
        Metadata = Model.NoMetadata.Add(StateKey, JsonSerializer.Serialize(checkpoint.State, LoopJson.Default.LoopState)),
    };

    private static string NameOf(long step) => string.Create(CultureInfo.InvariantCulture, $"step-{step:D9}.onnx");

    private static string SnapshotOf(int epoch) => string.Create(CultureInfo.InvariantCulture, $"snapshot-{epoch:D6}.onnx");

    private Checkpoint Load(string name)
    {
        string path = PathOf(name);
        Model model = ModelReader.Read(path);
        string json = model.Metadata.GetValueOrDefault(StateKey)
            ?? throw AnnealException.BadData($"the file is no checkpoint: metadata '{StateKey}' is missing").In(path);
        return new Checkpoint(StateOf(json, path), model.Graph.Initializers);
    }

    private static LoopState StateOf(string json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LoopJson.Default.LoopState);
        }
        catch (JsonException error)
        {
            throw new AnnealException(ExitCode.Data, $"metadata '{StateKey}' is no state of a run: {error.Message}", inner: error).In(path);
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
