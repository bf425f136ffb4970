using Anneal.Trainer.Loop;
using Anneal.Trainer.Monitors;
using Google.Protobuf;

namespace Anneal.Pipeline.Report.TensorBoard;

/// <summary>Writes a run as TensorBoard events: scalars of steps and epochs, histograms of weights, activations and gradients, images.</summary>
/// <remarks>A resumed run drops the events past its checkpoint first.</remarks>
/// <param name="path">The file, whose name holds <c>tfevents</c>; its folder exists.</param>
/// <param name="every">Steps between two logged ones.</param>
/// <param name="clock">Gives the events' times.</param>
internal sealed class TensorBoardLog(string path, int every, TimeProvider clock) : ILoopObserver, IDisposable
{
    private const string Version = "brain.Event:2";
    private FileStream? _file;

    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
        if (step.Step % every == 0)
        {
            Write(step.Step, [Scalar("step/loss", step.Loss), Scalar("step/rate", step.Rate)]);
        }
    }

    /// <inheritdoc/>
    public void On(LoopEvent happened)
    {
        switch (happened)
        {
            case LoopEvent.Started started:
                Open(started.State.Step);
                break;
            case LoopEvent.EpochDone { Record: { } record }:
                Write(record.Step, [.. Scalars("train", record.Train), .. Scalars("validation", record.Validation)]);
                _file!.Flush();
                break;
            case LoopEvent.Monitored { Record: { } record }:
                Write(record.Step, [.. ValuesOf(record)]);
                _file!.Flush();
                break;
        }
    }

    /// <summary>Adds an image.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="step">The step that it belongs to.</param>
    /// <param name="image">The image.</param>
    public void Add(string tag, long step, Picture image) => Write(
        step,
        [
            new Summary.Types.Value
            {
                Tag = tag,
                Image = new Summary.Types.Image
                {
                    Height = image.Height,
                    Width = image.Width,
                    Colorspace = image.Channels,
                    EncodedImageString = ByteString.CopyFrom(image.ToPng()),
                },
            },
        ]);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();

    private static IEnumerable<Summary.Types.Value> ValuesOf(MonitorRecord record)
    {
        if (record.GradientNorm is { } norm)
        {
            yield return Scalar("monitor/gradient_norm", norm);
        }

        foreach (Summary.Types.Value value in Scalars("train_sample", record.TrainSample))
        {
            yield return value;
        }

        foreach (ParameterRecord parameter in record.Parameters)
        {
            if (parameter.Ratio is { } ratio)
            {
                yield return Scalar("update_ratio/" + parameter.Name, ratio);
            }

            yield return Histo("weights/" + parameter.Name, parameter.Weights);
        }

        foreach (LayerRecord layer in record.Layers)
        {
            yield return Histo("activations/" + layer.Name, layer.Activation);
            if (layer.Gradient is { } gradient)
            {
                yield return Histo("gradients/" + layer.Name, gradient);
            }
        }
    }

    private static IEnumerable<Summary.Types.Value> Scalars(string part, Metrics metrics) => metrics.Select(m => Scalar($"{part}/{m.Key}", m.Value));

    private static Summary.Types.Value Scalar(string tag, double value) => new() { Tag = tag, SimpleValue = (float)value };

    private static Summary.Types.Value Histo(string tag, TensorStatistics statistics)
    {
        Histogram bins = statistics.Histogram;
        long count = bins.Counts.Sum();
        double width = (bins.High - bins.Low) / bins.Counts.Count;
        var histo = new HistogramProto
        {
            Min = bins.Low,
            Max = bins.High,
            Num = count,
            Sum = statistics.Mean * count,
            SumSquares = statistics.Norm * statistics.Norm,
        };
        histo.BucketLimit.AddRange(Enumerable.Range(1, bins.Counts.Count).Select(i => bins.Low + (width * i)));
        histo.Bucket.AddRange(bins.Counts.Select(c => (double)c));
        return new Summary.Types.Value { Tag = tag, Histo = histo };
    }

    private void Open(long step)
    {
        _file?.Dispose();
        byte[][] kept = step > 0 && File.Exists(path) ? [.. RecordFile.Read(path).TakeWhile(data => Event.Parser.ParseFrom(data).Step <= step)] : [];
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        if (kept.Length == 0)
        {
            kept = [new Event { WallTime = Now(), FileVersion = Version }.ToByteArray()];
        }

        foreach (byte[] data in kept)
        {
            RecordFile.Write(_file, data);
        }

        _file.Flush();
    }

    private void Write(long step, IEnumerable<Summary.Types.Value> values)
    {
        var summary = new Summary();
        summary.Value.AddRange(values);
        RecordFile.Write(_file!, new Event { WallTime = Now(), Step = step, Summary = summary }.ToByteArray());
    }

    private double Now() => clock.GetUtcNow().ToUnixTimeMilliseconds() / 1e3;
}
