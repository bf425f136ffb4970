using System.Globalization;
using Anneal.Serving.BatchInference;

namespace Anneal.Pipeline.Report;

/// <summary>Shows how far a prediction has come, its rate and the time left: a line that is redrawn on a terminal, plain lines elsewhere.</summary>
/// <param name="output">Where to write.</param>
/// <param name="width">Columns of the terminal; null when it is none.</param>
/// <param name="clock">The clock.</param>
internal sealed class PredictProgress(TextWriter output, int? width, TimeProvider clock)
{
    private const int RedrawMilliseconds = 100;
    private const int PlainMilliseconds = 5_000;
    private const string ToLineStart = "\r\u001b[K";

    private readonly long _interval = clock.TimestampFrequency * (width is null ? PlainMilliseconds : RedrawMilliseconds) / 1000;
    private long _shown = clock.GetTimestamp();
    private (long Time, PredictionProgress At)? _first;
    private bool _isDrawn;

    /// <summary>One on standard error.</summary>
    public static PredictProgress OnStandardError()
    {
        bool isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new PredictProgress(Console.Error, isTerminal ? Console.WindowWidth : null, TimeProvider.System);
    }

    /// <summary>Shows the progress, if it is time.</summary>
    public void Show(PredictionProgress progress)
    {
        long now = clock.GetTimestamp();
        _first ??= (now, progress);
        if (now - _shown < _interval)
        {
            return;
        }

        _shown = now;
        double seconds = clock.GetElapsedTime(_first.Value.Time, now).TotalSeconds;
        double rate = seconds > 0 ? (progress.Rows - _first.Value.At.Rows) / seconds : 0;
        double read = progress.Fraction - _first.Value.At.Fraction;
        string left = read > 0 ? $"  {ProgressReporter.Duration(seconds * (1 - progress.Fraction) / read)} left" : "";
        string text = string.Create(CultureInfo.InvariantCulture, $"{progress.Rows} rows  {100 * progress.Fraction:F0} %  {rate:F0} rows/s{left}");
        if (width is not { } columns)
        {
            output.WriteLine(text);
            return;
        }

        output.Write(ToLineStart + text[..Math.Min(text.Length, Math.Max(0, columns - 1))]);
        _isDrawn = true;
    }

    /// <summary>Writes a line that stays.</summary>
    public void Line(string text)
    {
        Clear();
        output.WriteLine(text);
    }

    /// <summary>Takes the line that is redrawn away.</summary>
    public void Clear()
    {
        if (_isDrawn)
        {
            output.Write(ToLineStart);
            _isDrawn = false;
        }
    }
}
