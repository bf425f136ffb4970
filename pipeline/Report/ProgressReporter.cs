using System.Globalization;
using System.Text;
using Anneal.Onnx.Metrics;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report;

/// <summary>Shows a training run: a line that is redrawn on a terminal, plain lines elsewhere, and a line that stays for each epoch.</summary>
/// <param name="output">Where to write.</param>
/// <param name="width">Columns of the terminal; null when it is none.</param>
/// <param name="clock">The clock.</param>
internal sealed class ProgressReporter(TextWriter output, int? width, TimeProvider clock) : ILoopObserver
{
    private const int BarCells = 20;
    private const int RedrawMilliseconds = 100;
    private const int PlainMilliseconds = 10_000;
    private const string ToLineStart = "\r\u001b[K";

    private readonly long _interval = clock.TimestampFrequency * (width is null ? PlainMilliseconds : RedrawMilliseconds) / 1000;
    private int _stepsPerEpoch;
    private int _epochs;
    private long _steps;
    private long _startStep;
    private long _start;
    private long _epochStart;
    private long _shown;
    private long _rows;
    private double _lossSum;
    private bool _isDrawn;

    /// <summary>A reporter on standard error.</summary>
    public static ProgressReporter OnStandardError()
    {
        bool isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new ProgressReporter(Console.Error, isTerminal ? Console.WindowWidth : null, TimeProvider.System);
    }

    /// <inheritdoc/>
    public void OnStep(in StepRecord step)
    {
        _rows += step.Rows;
        _lossSum += (double)step.Loss * step.Rows;
        long now = clock.GetTimestamp();
        if (now - _shown >= _interval)
        {
            Show(step, now);
        }
    }

    /// <inheritdoc/>
    public void On(LoopEvent happened)
    {
        switch (happened)
        {
            case LoopEvent.Started started:
                (_stepsPerEpoch, _epochs, _steps, _startStep) = (started.StepsPerEpoch, started.Epochs, started.Steps, started.State.Step);
                _start = _epochStart = clock.GetTimestamp();
                Restart(_start);
                string from = _startStep == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", from step {_startStep}");
                Line(string.Create(CultureInfo.InvariantCulture, $"training on {started.Engine}: {_epochs} epochs of {_stepsPerEpoch} steps{from}"));
                break;
            case LoopEvent.PhaseBegun begun:
                _stepsPerEpoch = begun.StepsPerEpoch;
                Line(string.Create(CultureInfo.InvariantCulture, $"phase {begun.Phase} of {begun.Phases}: epochs of {_stepsPerEpoch} steps"));
                break;
            case LoopEvent.EpochDone done:
                Line(Describe(done));
                _epochStart = clock.GetTimestamp();
                Restart(_epochStart);
                break;
            case LoopEvent.Stopped stopped:
                Line(stopped.Reason);
                break;
        }
    }

    /// <summary>Writes a line that stays.</summary>
    public void Line(string text)
    {
        output.WriteLine(_isDrawn ? ToLineStart + text : text);
        _isDrawn = false;
    }

    private void Show(in StepRecord step, long now)
    {
        double seconds = clock.GetElapsedTime(_shown, now).TotalSeconds;
        double stepsPerSecond = (step.Step - _startStep) / clock.GetElapsedTime(_start, now).TotalSeconds;
        double left = (_steps - step.Step) / stepsPerSecond;
        string bar = width is null ? "" : $" {Bar(step.StepInEpoch)}";
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {step.Epoch}/{_epochs}{bar} step {step.StepInEpoch}/{_stepsPerEpoch}  loss {_lossSum / _rows:F4}  "
                + $"rate {step.Rate:G3}  {_rows / seconds:F0} samples/s  {Duration(left)} left");
        if (width is { } columns)
        {
            output.Write(ToLineStart + text[..Math.Min(text.Length, Math.Max(0, columns - 1))]);
            _isDrawn = true;
        }
        else
        {
            Line(text);
        }

        Restart(now);
    }

    private void Restart(long now)
    {
        _shown = now;
        _rows = 0;
        _lossSum = 0;
    }

    private string Describe(LoopEvent.EpochDone done)
    {
        EpochRecord record = done.Record;
        double seconds = clock.GetElapsedTime(_epochStart).TotalSeconds;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"epoch {record.Epoch}/{_epochs}  {seconds:F1} s  train");
        Append(text, record.Train);
        text.Append("  validation");
        Append(text, record.Validation);
        return text.Append(done.IsBest ? "  best" : "").ToString();
    }

    private static void Append(StringBuilder text, Metrics metrics)
    {
        foreach ((string name, double value) in metrics.Where(m => MetricTable.IsHeadline(m.Key)))
        {
            text.Append(CultureInfo.InvariantCulture, $" {name} {value:0.0000##}");
        }
    }

    private string Bar(int step)
    {
        int filled = (int)((long)BarCells * step / _stepsPerEpoch);
        return $"[{new string('#', filled)}{new string('-', BarCells - filled)}]";
    }

    /// <summary>A time as hours, minutes and seconds.</summary>
    public static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Ceiling(Math.Clamp(seconds, 0, 359_999)));
        return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:D2}:{time.Minutes:D2}:{time.Seconds:D2}");
    }
}
