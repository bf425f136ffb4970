using Anneal.Onnx.Tensors;
using Anneal.Tests.Loop;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Monitors;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Monitors;

internal sealed class ProbeTests
{
    private const float Rate = 0.05f;

    [Test]
    public void Look_PlainDescent_UpdateIsRateTimesGradient()
    {
        using var problem = new Trained(dropout: 0, Optimizer.Sgd());
        using var runner = new SimdRunner(1);
        using IStepDriver driver = StepDrivers.Open(problem.Graphs, runner, seed: 3);
        using var probe = new Probe(problem.Graphs, runner, problem.Rows, seed: 3);

        MonitorRecord record = probe.Look(driver, 0, 0, Rate);

        Assert.That(record.Rows, Is.EqualTo(200));
        Assert.That(record.Parameters.Select(p => p.Name), Is.EqualTo(problem.Graphs.Parameters.Select(p => p.Name)));
        foreach (ParameterRecord parameter in record.Parameters)
        {
            Assert.That(parameter.Update, Is.EqualTo(Rate * parameter.Gradient!.Norm).Within(1e-5 * parameter.Gradient!.Norm), parameter.Name);
            Assert.That(parameter.Gradient!.Norm, Is.Positive, parameter.Name);
        }

        Assert.That(record.GradientNorm, Is.EqualTo(Math.Sqrt(record.Parameters.Sum(p => p.Gradient!.Norm * p.Gradient.Norm))).Within(1e-12));
        ParameterRecord weight = record.Parameters[0];
        Assert.That(weight.Ratio, Is.EqualTo(weight.Update / TensorStatistics.Of(problem.Graphs.Parameters[0].Initial.Span<float>()).Norm).Within(1e-12));
    }

    [Test]
    public void Look_HiddenLayer_SeesItsOutputAndGradient()
    {
        using var problem = new Trained(dropout: 0);
        using var runner = new SimdRunner(1);
        using IStepDriver driver = StepDrivers.Open(problem.Graphs, runner, seed: 3);
        using var probe = new Probe(problem.Graphs, runner, problem.Rows, seed: 3);

        MonitorRecord record = probe.Look(driver, 0, 0, Rate);

        Assert.That(record.Layers.Select(l => l.Name), Is.EqualTo(new[] { "dense1", "dense2" }));
        Assert.That(record.Layers[0].Activation.Histogram.Low, Is.Zero, "Relu's least answer");
        Assert.That(record.Layers[0].Dead, Is.Not.Null);
        Assert.That(record.Layers[1].Dead, Is.Null);
        // The gradient of the mean cross-entropy over the logits sums to zero in every row.
        Assert.That(record.Layers[1].Gradient!.Mean, Is.EqualTo(0).Within(1e-9));
        Assert.That(record.Layers[1].Gradient!.Variance, Is.Positive);
    }

    // Fewer training rows than are looked at: the sample is all of them.
    [Test]
    public void Look_TrainSample_IsWhatAnEvaluationOfTrainingRowsGives()
    {
        using var problem = new Trained(dropout: 0.5f);
        using var runner = new SimdRunner(1);
        using IStepDriver driver = StepDrivers.Open(problem.Graphs, runner, seed: 3);
        using var probe = new Probe(problem.Graphs, runner, problem.Rows, seed: 3);
        using var evaluator = new Evaluator(problem.Graphs, runner, problem.Rows);
        Metrics before = probe.Look(driver, 0, 0, Rate).TrainSample;
        using (BatchFeed feed = new(problem.Rows.Features, problem.Rows.Target, problem.Rows.Rows, 32, 3))
        {
            driver.Run(feed, 32, Rate, 1);
        }

        Metrics after = probe.Look(driver, 1, 1, Rate).TrainSample;

        Assert.That(after, Is.EqualTo(evaluator.Evaluate(driver.State.ToDictionary(name => name, driver.Read, StringComparer.Ordinal)).Metrics));
        Assert.That(after.Keys, Does.Contain("loss").And.Contain("accuracy").And.Contain("auc").And.Contain("f1").And.Contain("ece"));
        Assert.That(after["loss"], Is.Not.EqualTo(before["loss"]));
    }

    [Test]
    public void Look_RowsHeldOut_AnswersThemAsAnEvaluationDoes()
    {
        using var problem = new Trained(dropout: 0.5f);
        using var runner = new SimdRunner(1);
        using IStepDriver driver = StepDrivers.Open(problem.Graphs, runner, seed: 3);
        using var probe = new Probe(problem.Graphs, runner, problem.Rows, seed: 3, problem.Validation);
        using var evaluator = new Evaluator(problem.Graphs, runner, problem.Validation);

        IReadOnlyList<RowAnswer> answers = probe.Look(driver, 0, 0, Rate).Answers;

        Tensor scores = evaluator.Evaluate(problem.Graphs.Parameters.ToDictionary(p => p.Name, p => p.Initial)).Answers.Scores;
        int[] rows = [.. answers.Select(a => a.Row)];
        Assert.That(rows, Is.Ordered.And.Unique.And.SubsetOf(problem.Validation.Rows));
        Assert.That(rows, Has.Length.EqualTo(12));
        foreach (RowAnswer answer in answers)
        {
            // Of another number of rows the products may be summed in another order.
            Assert.That(answer.Scores, Is.EqualTo(scores.Rows(Array.IndexOf(problem.Validation.Rows, answer.Row), 1).Span<float>().ToArray()).Within(1e-6), $"row {answer.Row}");
        }
    }

    [Test]
    public void Run_WithAndWithoutProbe_SameBits()
    {
        using var problem = new Trained();
        using var runner = new SimdRunner(2);
        LoopOutcome without = problem.Run(Trained.Options(3), problem.Store("a"));
        var trace = new LoopTrace();
        using var evaluator = new Evaluator(problem.Graphs, runner, problem.Validation);
        LoopOutcome with = new TrainingLoop(problem.Graphs, runner, problem.Rows, evaluator, Trained.Options(3), problem.Store("b"), trace) { ProbeOf = graphs => new Probe(graphs, runner, problem.Rows, seed: 3) }.Run(default);

        Assert.That(trace.Events.OfType<LoopEvent.Monitored>().Select(m => m.Record.Epoch), Is.EqualTo(new[] { 0, 1, 2, 3 }));
        foreach ((string name, Tensor tensor) in without.Parameters)
        {
            Assert.That(with.Parameters[name].Bytes.SequenceEqual(tensor.Bytes), Is.True, name);
        }
    }
}
