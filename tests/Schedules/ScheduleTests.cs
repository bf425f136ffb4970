using Anneal.Trainer.Schedules;

namespace Anneal.Tests.Schedules;

/// <summary>Each schedule against its formula at every step of a run of 6 epochs of 10 steps.</summary>
internal sealed class ScheduleTests
{
    private const int Epochs = 6;
    private const int StepsPerEpoch = 10;
    private const int Steps = Epochs * StepsPerEpoch;

    private static IEnumerable<TestCaseData> Schedules()
    {
        yield return Case("multi_step epochs", new Schedule.MultiStep(2, [1, 4], 0.1, true), t => 2 * (t < 10 ? 1 : t < 40 ? 0.1 : 0.01));
        yield return Case("multi_step steps", new Schedule.MultiStep(2, [3, 5], 0.1, false), t => 2 * (t < 3 ? 1 : t < 5 ? 0.1 : 0.01));
        yield return Case("exponential epochs", new Schedule.Exponential(2, 0.9, true), t => 2 * Math.Pow(0.9, t / 10));
        yield return Case("exponential steps", new Schedule.Exponential(2, 0.9, false), t => 2 * Math.Pow(0.9, t));
        yield return Case("inverse_time epochs", new Schedule.InverseTime(2, 0.5, true), t => 2 / (1 + (0.5 * (t / 10))));
        yield return Case("inverse_time steps", new Schedule.InverseTime(2, 0.5, false), t => 2 / (1 + (0.5 * t)));
        yield return Case("polynomial", new Schedule.Polynomial(2, 2), t => 2 * (1 - (t / 60.0)) * (1 - (t / 60.0)));
        yield return Case("polynomial by epochs", new Schedule.Polynomial(2, 1, 0.1, PerEpoch: true), t => 2 * (0.1 + (0.9 * (1 - (t / 10 / 6.0)))));
        yield return Case("cosine by epochs", new Schedule.Cosine(2, PerEpoch: true), t => 1 + Math.Cos(Math.PI * (t / 10) / 6));
        yield return Case("warm_restarts", new Schedule.WarmRestarts(2, 1), t => 1 + Math.Cos(Math.PI * (t % 10) / 10));
        yield return Case("warm_restarts growing", new Schedule.WarmRestarts(2, 4, 2, PerEpoch: false), t => 1 + Math.Cos(Math.PI * (t < 4 ? t / 4.0 : t < 12 ? (t - 4) / 8.0 : t < 28 ? (t - 12) / 16.0 : (t - 28) / 32.0)));
        // Izmailov et al.: α = (1 - t)·α₁ + t·α₂ with t = (i mod c + 1)/c.
        yield return Case("cyclic epochs", new Schedule.Cyclic(2, 2, 0.1), t => 2 * (1 - ((((t % 20) + 1) / 20.0) * 0.9)));
        yield return Case("cyclic steps", new Schedule.Cyclic(2, 3, PerEpoch: false), t => 2 * (1 - (((t % 3) + 1) / 3.0)));
        // As PyTorch has it: the rise ends at step 0.3·60 - 1, the fall at the last.
        yield return Case("one_cycle", new Schedule.OneCycle(2), t => t <= 17
            ? Between(2.0 / 25, 2, t / 17.0)
            : Between(2, 2.0 / 25 / 10000, (t - 17) / 42.0));
        yield return Case("warm-up before a step decay", new Schedule.StepDecay(2, 2, 0.5, true) { Warmup = 8 }, t => t < 8 ? 2 * (t + 1) / 8.0 : 2 * Math.Pow(0.5, (t - 8) / 20));
        yield return Case("warm-up before one_cycle", new Schedule.OneCycle(2) { Warmup = 10 }, t => t < 10
            ? 2.0 / 25 * (t + 1) / 10
            : t <= 24 ? Between(2.0 / 25, 2, (t - 10) / 14.0) : Between(2, 2.0 / 25 / 10000, (t - 24) / 35.0));
    }

    [TestCaseSource(nameof(Schedules))]
    public void At_EveryStep_FollowsTheFormula(Schedule schedule, Func<int, double> formula)
    {
        schedule = schedule with { Epochs = Epochs };
        for (int t = 0; t < Steps; t++)
        {
            Assert.That(schedule.At(t, StepsPerEpoch), Is.EqualTo(formula(t)).Within(1e-6), $"step {t}");
        }
    }

    [Test]
    public void Next_MetricStandsStill_LowersTheFactorAfterPatienceDownToTheFloor()
    {
        var rule = new PlateauRule("loss", HigherIsBetter: false, Factor: 0.5, Patience: 2, MinDelta: 0.1, Floor: 0.2);
        var at = new Plateau();
        var factors = new List<double>();
        foreach (double loss in new[] { 1.0, 0.95, 0.92, 0.8, 0.79, 0.78, 0.77, 0.76, 0.75, 0.74 })
        {
            at = rule.Next(at, loss);
            factors.Add(at.Factor);
        }

        Assert.That(factors, Is.EqualTo(new[] { 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2 }));
    }

    // Where more is better, what falls by as much as it rose above is none, and neither is what rises by less than the least change.
    [Test]
    public void Next_HigherIsBetter_FallsWhenTheMetricNoLongerRises()
    {
        var rule = new PlateauRule("accuracy", HigherIsBetter: true, Factor: 0.5, Patience: 2, MinDelta: 0.1);
        var at = new Plateau();
        var factors = new List<double>();
        foreach (double accuracy in new[] { 0.2, 0.35, 0.5, 0.3, 0.1, 0.55, 0.65, 0.9, 0.95, 0.99 })
        {
            at = rule.Next(at, accuracy);
            factors.Add(at.Factor);
        }

        Assert.That(factors, Is.EqualTo(new[] { 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25 }));
    }

    private static double Between(double from, double to, double progress) => to + ((from - to) * (1 + Math.Cos(Math.PI * progress)) / 2);

    private static TestCaseData Case(string name, Schedule schedule, Func<int, double> formula) => new TestCaseData(schedule, formula).SetArgDisplayNames(name);
}
