using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Optimizers;

/// <summary>The scale of the loss within a step: on float gradients it changes nothing, and what overflows in float16 is skipped.</summary>
internal sealed class LossScalingTests
{
    private const float Rate = 1e-3f;
    private static readonly (Tensor Features, Tensor Target) s_rows = Networks.Rows(32, 8, 3);

    [Test]
    public void Step_ScaledByAPowerOfTwo_IsTheStepWithoutScale()
    {
        using var runner = new SimdRunner(1);
        using Run plain = new(runner, null);
        using Run scaled = new(runner, new LossScaling());

        for (int step = 1; step <= 3; step++)
        {
            plain.Step(step);
            scaled.Step(step);
        }

        foreach (StateBinding state in plain.Graphs.StepState())
        {
            // Sums of scaled numbers round as those of the numbers; only what is fused into one product may differ in its last digit.
            Compare.Close(scaled.Session.ReadState(state.Input), plain.Session.ReadState(state.Input), 1e-6, state.Input);
        }

        Assert.That(scaled.Numbers, Is.EqualTo((65536f, 3L, 0L)));
    }

    [Test]
    public void Step_GoodStepsOfAnInterval_DoubleTheScale()
    {
        using var runner = new SimdRunner(1);
        using Run run = new(runner, new LossScaling(8, 2));
        var scales = new List<float>();
        for (int step = 1; step <= 5; step++)
        {
            run.Step(step);
            scales.Add(run.Numbers.Scale);
        }

        Assert.That(scales, Is.EqualTo(new[] { 8f, 16, 16, 32, 32 }));
    }

    [Test]
    public void Step_GradientsOverflow_KeepsAllStateAndHalvesTheScale()
    {
        const float First = 1 << 24;
        using Run run = new(new OrtStepRunner(new OrtOptions { Threads = 1, Precision = DType.Float16 }), new LossScaling(First));
        int step = 0;
        do
        {
            Assert.That(step, Is.LessThan(20), "the scale comes down to where gradients below 1 fit");
            run.Step(++step);
            bool isSkipped = run.Numbers.Skipped == step;
            foreach (StateBinding state in run.Graphs.StepState().Where(s => s.Initial.Shape.Length > 0))
            {
                Assert.That(run.Session.ReadState(state.Input).Bytes.SequenceEqual(state.Initial.Bytes), Is.EqualTo(isSkipped), $"{state.Input} after step {step}");
            }
        }
        while (run.Numbers.Skipped == step);

        (float scale, long good, long skipped) = run.Numbers;
        Assert.That(skipped, Is.InRange(3, 15));
        Assert.That((scale, good), Is.EqualTo((First / MathF.Pow(2, skipped), 1L)));
        // Adam's first step is the rate in the gradient's sign: its time leaves out what was skipped.
        double[] before = Compare.Doubles(run.Graphs.Parameters[0].Initial);
        double[] after = Compare.Doubles(run.Session.ReadState(run.Graphs.Parameters[0].Name));
        Assert.That(before.Zip(after, (b, a) => Math.Abs(b - a)).Max(), Is.EqualTo(Rate).Within(1e-6));
    }

    [Test]
    public void Step_OverflowInOneOfTwoBatches_SkipsTheirStepAndForgetsTheirSum()
    {
        using Run run = new(new OrtStepRunner(new OrtOptions { Threads = 1, Precision = DType.Float16 }), new LossScaling(1 << 30), accumulate: 2);

        run.Step(1, last: false);
        Assert.That(run.Numbers, Is.EqualTo(((float)(1 << 30), 0L, 0L)), "the step is not over");
        run.Step(2, last: true);

        Assert.That(run.Numbers, Is.EqualTo(((float)(1 << 29), 0L, 1L)));
        foreach (StateBinding state in run.Graphs.StepState().Where(s => s.Initial.Shape.Length > 0))
        {
            Compare.Same(run.Session.ReadState(state.Input), state.Initial, state.Input);
        }
    }

    private sealed class Run : IDisposable
    {
        public Run(IGraphRunner runner, LossScaling? scaling, int accumulate = 1)
        {
            Graphs = Networks.Mlp(8, [16, 3], 0, new UpdateSettings(Optimizer.Adam()) { Scaling = scaling, Accumulate = accumulate });
            Session = runner.Open(Graphs.Step, Graphs.StepState());
        }

        public TrainingGraphs Graphs { get; }

        public IGraphSession Session { get; }

        public (float Scale, long Good, long Skipped) Numbers => (
            Session.ReadState(LossScaling.Scale).Span<float>()[0],
            Session.ReadState(LossScaling.Good).Span<long>()[0],
            Session.ReadState(LossScaling.Skipped).Span<long>()[0]);

        public void Step(long step, bool last = true) => Session.Run(
            [.. Session.Feeds.Select(f => f.Name switch
            {
                TrainingGraphs.TargetInput => s_rows.Target,
                TrainingGraphs.RateInput => Tensor.Scalar(Rate),
                TrainingGraphs.StepInput => Tensor.Scalar(step),
                TrainingGraphs.ShareInput => Tensor.Scalar(0.5f),
                TrainingGraphs.LastInput => Tensor.Scalar(last),
                _ => s_rows.Features,
            })],
            new Tensor?[Session.Fetches.Count]);

        public void Dispose() => Session.Dispose();
    }
}
