using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Runs a whole file through a model, in the order of its rows and in memory that does not grow with them; what was stopped goes on.</summary>
public static class Predictor
{
    /// <summary>Predicts a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">A CSV, JSON Lines, IDX, npy or Parquet file, or a folder or zip of images, told apart by content; text and arrays may be gzipped.</param>
    /// <param name="output">The file to write, <c>.csv</c>, <c>.jsonl</c>, <c>.npy</c> or <c>.parquet</c>; it appears when it is complete.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Stops after the batches under way; the same call goes on from there, to the same bytes.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="AnnealException">The input does not fit the model's signature, or a row cannot be read and is not to be skipped: nothing is written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and how far it came is saved.</exception>
    public static PredictionSummary Run(PredictionModel model, string input, string output, PredictOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new PredictOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch ?? 1, 1, nameof(options));
        ModelSignature? signature = ModelSignature.Find(model.Session.Metadata);
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(output))))
        {
            throw AnnealException.BadUsage($"the folder of the output '{output}' does not exist");
        }

        OutputKind kind = OutputKinds.Of(output);
        string rejects = options.Rejects ?? output + ".rejects.csv";

        IRowSource Open() => RowSources.Open(input, model.Inputs, signature, options.OpenImages, model.Codes);
        using IRowSource source = Open();
        ValueInfo[] outputs = [.. source.KeyName is { } key ? [new ValueInfo(key, TensorType.Of(DType.String, Dim.Of("N")))] : Array.Empty<ValueInfo>(), .. model.Outputs];
        var columns = new OutputColumns(outputs, signature?.Classes ?? [], source.KeyName);
        if (source.Ignored.Count > 0)
        {
            options.Say?.Invoke($"warning: the model does not read these columns: {string.Join(", ", source.Ignored)}");
        }

        SortedDictionary<string, string> command = CommandOf(model, input, options);
        PredictionState? state = Saved(output, rejects, command, options);
        int batch = state?.Batch ?? options.Batch ?? BatchChoice.Measure(model.Session, Open, options);
        source.Skip(state?.RowsRead ?? 0);
        var progress = new Progress(state ?? new PredictionState(command, batch, 0, 0, 0, 0, 0));
        try
        {
            int[]? array = kind == OutputKind.Npy && state?.OutputBytes > 0 ? [.. NpyReader.ReadHeader(PredictionFiles.PartOf(output)).Shape.Skip(1).Select(s => (int)s)] : null;
            using var files = new PredictionFiles(output, rejects, source is TextRowSource ? "line" : "row", state);
            using IPredictionWriter writer = OutputKinds.Open(kind, files.Output, columns, array, state?.RowsWritten ?? 0, options.RowGroup);
            Write(model, source, writer, files, progress, options, cancellation);
            files.Finish();
        }
        catch (AnnealException)
        {
            PredictionFiles.Discard(output, rejects);
            throw;
        }

        PredictionState done = progress.State;
        return new PredictionSummary(done.RowsWritten, done.Rejected, done.Rejected > 0 ? rejects : null, state?.RowsRead ?? 0, batch, source.Ignored);
    }

    private static void Write(
        PredictionModel model,
        IRowSource source,
        IPredictionWriter writer,
        PredictionFiles files,
        Progress progress,
        PredictOptions options,
        CancellationToken cancellation)
    {
        long saved = options.Clock.GetTimestamp();
        void Save()
        {
            writer.Commit();
            files.Save(progress.State);
            saved = options.Clock.GetTimestamp();
        }

        var run = new BatchRun(model.Session, source, writer, (read, written, rejected) =>
        {
            rejected.ForEach(files.Reject);
            progress.Add(read, written, rejected.Count);
            if (writer.IsAtBoundary && options.Clock.GetElapsedTime(saved) >= options.SaveEvery)
            {
                Save();
            }

            files.FlushAhead();
            options.Progress?.Invoke(new PredictionProgress(progress.State.RowsRead, source.Rows, source.Fraction));
        })
        {
            Batch = progress.State.Batch,
            Lanes = options.Lanes > 0 ? options.Lanes : Environment.ProcessorCount,
            SkipBad = options.SkipBad,
            Texts = [.. model.Outputs.Select(o => model.Texts?.GetValueOrDefault(o.Name) is { } table ? new CodedTexts(table) : null)],
        };
        if (run.Run(cancellation))
        {
            writer.Finish();
            return;
        }

        if (writer.IsAtBoundary)
        {
            Save();
        }

        cancellation.ThrowIfCancellationRequested();
    }

    // All that the bytes of the output follow from. Lanes do not count: each runs its batches alone.
    private static SortedDictionary<string, string> CommandOf(PredictionModel model, string input, PredictOptions options) => new(StringComparer.Ordinal)
    {
        ["model"] = FileIdentity.Of(model.Path),
        ["input"] = FileIdentity.Of(input),
        ["engine"] = model.Engine,
        ["threads"] = model.Session.Options.Threads.ToString(CultureInfo.InvariantCulture),
        ["batch"] = options.Batch?.ToString(CultureInfo.InvariantCulture) ?? "auto",
        ["on_error"] = options.SkipBad ? "skip" : "fail",
        ["row_group"] = options.RowGroup.ToString(CultureInfo.InvariantCulture),
    };

    private static PredictionState? Saved(string output, string rejects, SortedDictionary<string, string> command, PredictOptions options)
    {
        PredictionState? state = options.Fresh ? null : PredictionFiles.Find(output, rejects);
        if (state?.Difference(command) is { } difference)
        {
            options.Say?.Invoke($"begins anew: what was stopped before had another {difference}");
            state = null;
        }

        if (state is not null)
        {
            options.Say?.Invoke(string.Create(CultureInfo.InvariantCulture, $"goes on after row {state.RowsRead}, in batches of {state.Batch}"));
        }

        return state;
    }

    /// <summary>The state as batches are added to it.</summary>
    private sealed class Progress(PredictionState state)
    {
        public PredictionState State { get; private set; } = state;

        public void Add(int read, int written, int rejected) => State = State with
        {
            RowsRead = State.RowsRead + read,
            RowsWritten = State.RowsWritten + written,
            Rejected = State.Rejected + rejected,
        };
    }
}
