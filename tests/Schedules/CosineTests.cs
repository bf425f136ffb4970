using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Trainer.Schedules;

namespace Anneal.Tests.Schedules;

public sealed class CosineTests
{
    [Test]
    public void At_WarmupThenCosine_RisesLinearlyAndFallsToTheFloor()
    {
        var schedule = new Schedule.Cosine(2, Floor: 0.1) { Epochs = 10, Warmup = 20 };

        Assert.That(schedule.At(0, 12), Is.EqualTo(0.1f).Within(1e-7));
        Assert.That(schedule.At(9, 12), Is.EqualTo(1f).Within(1e-6));
        Assert.That(schedule.At(19, 12), Is.EqualTo(2f), "the last step of the warm-up has the whole rate");
        Assert.That(schedule.At(20, 12), Is.EqualTo(2f));
        Assert.That(schedule.At(70, 12), Is.EqualTo(1.1f).Within(1e-6), "halfway between the whole rate and the floor");
        Assert.That(schedule.At(120, 12), Is.EqualTo(0.2f).Within(1e-6));
        Assert.That(schedule.At(200, 12), Is.EqualTo(0.2f).Within(1e-6));
        Assert.That(Enumerable.Range(20, 100).Select(s => schedule.At(s, 12)), Is.Ordered.Descending);
    }

    [Test]
    public void At_NoWarmup_StartsAtTheRate() => Assert.That(new Schedule.Cosine(0.5f) { Epochs = 2 }.At(0, 5), Is.EqualTo(0.5f));

    [Test]
    public void Check_WarmupAsLongAsTheRun_Refuses()
    {
        var schedule = new Schedule.Cosine(1) { Epochs = 2, Warmup = 20, Origin = new Origin("pipelines.yaml", 3, 5, "train.schedule") };

        Assert.That(() => schedule.Check(11), Throws.Nothing);
        var error = Assert.Throws<AnnealException>(() => schedule.Check(10));
        Assert.That(error!.Message, Is.EqualTo("pipelines.yaml:3:5 train.schedule → 20 steps of warm-up, but there are 20: the schedule would never begin. hint: lower 'warmup', or train for more epochs"));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Usage));
    }
}
