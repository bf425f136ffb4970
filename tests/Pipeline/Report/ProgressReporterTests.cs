using Anneal.Pipeline.Report;
using Anneal.Trainer.Loop;

namespace Anneal.Tests.Pipeline.Report;

internal sealed class ProgressReporterTests
{
    private readonly ManualClock _clock = new();
    private readonly StringWriter _text = new() { NewLine = "\n" };

    [SetUp]
    public void Clear() => _text.GetStringBuilder().Clear();

    [Test]
    public void OnStep_WithoutTerminal_WritesALineEveryTenSeconds()
    {
        ProgressReporter reporter = Started(width: null);
        for (int i = 1; i <= 25; i++)
        {
            _clock.Advance(1000);
            reporter.OnStep(new StepRecord(1, i, i, 64, 0.5f, 0.001f));
        }

        string[] lines = _text.ToString().TrimEnd().Split('\n');
        Assert.That(lines, Is.EqualTo(new[]
        {
            "training on simd: 2 epochs of 100 steps",
            "epoch 1/2 step 10/100  loss 0.5000  rate 0.001  64 samples/s  00:03:10 left",
            "epoch 1/2 step 20/100  loss 0.5000  rate 0.001  64 samples/s  00:03:00 left",
        }));
    }

    [Test]
    public void OnStep_OnTerminal_RedrawsOneLineWithinItsWidth()
    {
        ProgressReporter reporter = Started(width: 40);
        _clock.Advance(99);
        reporter.OnStep(new StepRecord(1, 1, 1, 64, 0.5f, 0.001f));
        int before = _text.GetStringBuilder().Length;
        _clock.Advance(1);
        reporter.OnStep(new StepRecord(1, 50, 50, 64, 0.5f, 0.001f));

        string drawn = _text.ToString()[before..];
        Assert.That(drawn, Does.StartWith("\r\u001b[Kepoch 1/2 [##########----------] step"));
        Assert.That(drawn, Has.Length.EqualTo("\r\u001b[K".Length + 39).And.Not.Contain("\n"));
    }

    [Test]
    public void OnStep_BetweenLines_WritesAndAllocatesNothing()
    {
        ProgressReporter reporter = Started(width: 80);
        int before = _text.GetStringBuilder().Length;
        reporter.OnStep(new StepRecord(1, 1, 1, 64, 0.5f, 0.001f));
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 2; i < 100; i++)
        {
            reporter.OnStep(new StepRecord(1, i, i, 64, 0.5f, 0.001f));
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.Zero);
        Assert.That(_text.GetStringBuilder().Length, Is.EqualTo(before));
    }

    [Test]
    public void On_EpochDone_LeavesALineWithEveryMetric()
    {
        ProgressReporter reporter = Started(width: 80);
        _clock.Advance(200);
        reporter.OnStep(new StepRecord(1, 1, 1, 64, 0.5f, 0.001f));
        int before = _text.GetStringBuilder().Length;
        _clock.Advance(1800);
        var train = new Metrics { ["loss"] = 0.25, ["accuracy"] = 0.9 };
        var validation = new Metrics { ["loss"] = 0.3, ["accuracy"] = 0.875 };
        reporter.On(new LoopEvent.EpochDone(new EpochRecord(1, 100, 0.001f, train, validation), IsBest: true));

        Assert.That(
            _text.ToString()[before..],
            Is.EqualTo("\r\u001b[Kepoch 1/2  2.0 s  train accuracy 0.9000 loss 0.2500  validation accuracy 0.8750 loss 0.3000  best\n"));
    }

    private ProgressReporter Started(int? width)
    {
        var reporter = new ProgressReporter(_text, width, _clock);
        reporter.On(new LoopEvent.Started(new LoopState(), 100, 2, "simd"));
        return reporter;
    }
}
