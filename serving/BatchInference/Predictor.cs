using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Runs a whole file through a model: one thread reads, one runs, one writes, in the order of the rows and in memory that does not grow with them.</summary>
public static class Predictor
{
    /// <summary>Predicts a file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">An IDX, npy or CSV file, told apart by content, raw or gzipped.</param>
    /// <param name="output">The file to write, <c>.csv</c> or <c>.npy</c>; it appears when it is complete.</param>
    /// <param name="options">Batch size and progress; null for the defaults.</param>
    /// <param name="cancellation">Stops; no file is left.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="AnnealException">The input does not fit the model's signature, or a row cannot be read: nothing is written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PredictionSummary Run(OrtModel model, string input, string output, PredictOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new PredictOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1, nameof(options));
        ModelSignature? signature = ModelSignature.Find(model.Metadata);
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(output))))
        {
            throw AnnealException.BadUsage($"the folder of the output '{output}' does not exist");
        }

        using IRowSource source = Open(model, input, signature);
        bool isNpy = Path.GetExtension(output).ToLowerInvariant() switch
        {
            ".npy" => true,
            ".csv" => false,
            string other => throw AnnealException.BadUsage($"the output '{output}' ends in '{other}', expected .csv or .npy"),
        };
        long rows = 0;
        AtomicFile.Write(output, stream => rows = Run(
            model,
            source,
            isNpy ? new NpyPredictionWriter(stream, model.Outputs) : new CsvPredictionWriter(stream, model.Outputs, signature?.Classes ?? []),
            options,
            cancellation));
        return new PredictionSummary(rows, source.Ignored);
    }

    internal static IRowSource Open(OrtModel model, string input, ModelSignature? signature)
    {
        if (ArrayFile.TryOpen(input) is not { } array)
        {
            return new CsvRowSource(input, model.Inputs, signature);
        }

        try
        {
            return new ArrayRowSource(array, model.Inputs);
        }
        catch
        {
            array.Dispose();
            throw;
        }
    }

    private static long Run(OrtModel model, IRowSource source, IPredictionWriter writer, PredictOptions options, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var read = new BlockingCollection<Tensor[]>(1);
        using var answered = new BlockingCollection<Tensor[]>(1);
        ExceptionDispatchInfo? error = null;
        long rows = 0;

        void Guard(Action work)
        {
            try
            {
                work();
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref error, ExceptionDispatchInfo.Capture(failure), null);
                stop.Cancel();
            }
        }

        Task reading = Task.Factory.StartNew(
            () => Guard(() =>
            {
                while (source.Read(options.Batch) is { } feeds)
                {
                    read.Add(feeds, stop.Token);
                }

                read.CompleteAdding();
            }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Task writing = Task.Factory.StartNew(
            () => Guard(() =>
            {
                foreach (Tensor[] outputs in answered.GetConsumingEnumerable(stop.Token))
                {
                    int count = outputs[0].Shape[0];
                    writer.Write(outputs, count);
                    rows += count;
                    options.Progress?.Invoke(rows, source.Rows);
                }

                writer.Finish();
            }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Guard(() =>
        {
            foreach (Tensor[] feeds in read.GetConsumingEnumerable(stop.Token))
            {
                answered.Add(Answer(model, feeds), stop.Token);
            }

            answered.CompleteAdding();
        });
        Task.WaitAll([reading, writing], CancellationToken.None);
        error?.Throw();
        return rows;
    }

    private static Tensor[] Answer(OrtModel model, Tensor[] feeds)
    {
        Tensor[] outputs = model.Run(feeds);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].Rank == 0 || outputs[i].Shape[0] != feeds[0].Shape[0])
            {
                throw AnnealException.BadData($"got {outputs[i]} for {feeds[0].Shape[0]} rows, expected one row per row of input").In($"output '{model.Outputs[i].Name}'");
            }
        }

        return outputs;
    }
}
