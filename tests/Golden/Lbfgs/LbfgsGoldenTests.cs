using System.Globalization;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Golden.Lbfgs;

/// <summary>L-BFGS goes PyTorch's way: the same places along every line, hence the same weights after every step.</summary>
internal sealed class LbfgsGoldenTests
{
    // Rounding in double, which every step carries on.
    private const double Tolerance = 1e-9;

    // Rounding in float, after as many steps as it takes to leave the first place.
    private const double FloatTolerance = 1e-4;
    private const int FloatSteps = 6;

    private static readonly LbfgsGolden s_golden = LbfgsGolden.Read();

    private static IEnumerable<TestCaseData> Runs() => s_golden.Runs.Select((r, i) =>
        new TestCaseData(i).SetArgDisplayNames(string.Create(CultureInfo.InvariantCulture, $"{r.Name}, rate {r.Rate}, curvature {r.Curvature}")));

    [TestCaseSource(nameof(Runs))]
    public void Run_InDouble_IsPyTorchsStepByStep(int index)
    {
        LbfgsGolden.Trajectory run = s_golden.Runs[index];
        if (run.Name == "rosenbrock")
        {
            Follow(run, Rosenbrock);
            return;
        }

        TrainingGraphs graphs = s_golden.Network(s_golden.Settings(run));
        using var runner = new SimdRunner(1);
        using var probe = new StepProbe(graphs, runner, s_golden.Batch());
        Follow(run, (x, gradient) => Evaluate(graphs, probe, x, gradient));
    }

    [Test]
    public void Run_DriverInFloat_IsPyTorchsAtFirst()
    {
        LbfgsGolden.Trajectory run = s_golden.Runs.First(r => r.Name == "network");
        TrainingGraphs graphs = s_golden.Network(s_golden.Settings(run));
        using var runner = new SimdRunner(1);
        using IStepDriver driver = StepDrivers.Open(graphs, runner, 0);
        using var feed = BatchFeed.InOrder(s_golden.Batch(), graphs.Target);
        for (int step = 0; step < FloatSteps; step++)
        {
            double expected = run.Steps[step].Loss;
            Assert.That(driver.Run(feed, s_golden.Rows, (float)run.Rate, step + 1).Loss, Is.EqualTo(expected).Within(FloatTolerance * expected));
        }
    }

    private static void Follow(LbfgsGolden.Trajectory run, ObjectiveFunction objective)
    {
        int asked = 0;
        double[] x = [.. run.First];
        var gradient = new double[x.Length];
        var rule = new LbfgsStep(x.Length, s_golden.Settings(run), (at, slope) => Counted(at, slope), rounding: 0);
        for (int step = 0; step < run.Steps.Count; step++)
        {
            LbfgsGolden.Taken taken = run.Steps[step];
            string place = string.Create(CultureInfo.InvariantCulture, $"step {step + 1}");
            double value = objective(x, gradient);
            asked = 0;

            rule.Run(x, value, gradient, run.Rate);

            Assert.That(value, Is.EqualTo(taken.Loss).Within(Tolerance * taken.Loss), place);
            Assert.That(asked, Is.EqualTo(taken.Evaluations), place);
            Assert.That(x, Is.EqualTo(taken.Weights).Within(Tolerance), place);
        }

        double Counted(Span<double> at, Span<double> slope)
        {
            asked++;
            return objective(at, slope);
        }
    }

    private static double Rosenbrock(Span<double> x, Span<double> gradient)
    {
        double sum = 0;
        gradient.Clear();
        for (int i = 0; i < x.Length - 1; i++)
        {
            double off = x[i + 1] - (x[i] * x[i]);
            sum += (100 * off * off) + ((1 - x[i]) * (1 - x[i]));
            gradient[i] -= (400 * x[i] * off) + (2 * (1 - x[i]));
            gradient[i + 1] += 200 * off;
        }

        return sum;
    }

    private static double Evaluate(TrainingGraphs graphs, StepProbe probe, Span<double> x, Span<double> gradient)
    {
        int start = 0;
        foreach (Parameter parameter in graphs.Parameters)
        {
            Span<double> values = probe.Parameters[parameter.Name].Span<double>();
            x.Slice(start, values.Length).CopyTo(values);
            start += values.Length;
        }

        IReadOnlyDictionary<string, double[]> gradients = probe.Gradients();
        start = 0;
        foreach (Parameter parameter in graphs.Parameters)
        {
            gradients[parameter.Name].CopyTo(gradient[start..]);
            start += gradients[parameter.Name].Length;
        }

        return probe.Value().Loss;
    }
}
