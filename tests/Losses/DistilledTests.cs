using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Losses;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Losses;

/// <summary>The loss of a student against its formula, and the numbers that would give a model's answers.</summary>
internal sealed class DistilledTests
{
    private const double Temperature = 3;
    private const double Share = 0.25;

    // Logarithms and exponentials in float.
    private const double Tolerance = 1e-5;

    private static readonly float[] s_z = [0.5f, -1, 2, 0.25f, 1, -0.75f];

    [Test]
    public void Mean_OfClasses_IsLabelsAndTeacherByTheirShares()
    {
        var target = new TargetSpec(LearningTask.Classification, 3) { Loss = new Distilled(new CrossEntropy(), Temperature, Share) };
        float[] teacher = [0.7f, 0.2f, 0.1f, 0.05f, 0.05f, 0.9f];
        long[] truth = [2, 0];

        double loss = Run(target, Tensor.Of<float>([2, 3], s_z), Tensor.Vector<long>(truth), Tensor.Of<float>([2, 3], teacher));

        double expected = 0;
        for (int r = 0; r < 2; r++)
        {
            double[] z = [.. s_z.Skip(3 * r).Take(3).Select(v => (double)v)];
            double[] soft = Softmax([.. teacher.Skip(3 * r).Take(3).Select(p => Math.Log(p) / Temperature)]);
            double[] student = Softmax([.. z.Select(v => v / Temperature)]);
            double hard = -Math.Log(Softmax(z)[truth[r]]);
            expected += ((Share * hard) + ((1 - Share) * Temperature * Temperature * -soft.Zip(student, (q, p) => q * Math.Log(p)).Sum())) / 2;
        }

        Assert.That(loss, Is.EqualTo(expected).Within(Tolerance));
    }

    [Test]
    public void Mean_OfTwoClasses_IsLabelsAndTeacherByTheirShares()
    {
        var target = new TargetSpec(LearningTask.Binary, 1) { Loss = new Distilled(new BinaryCrossEntropy(), Temperature, Share) };
        float[] teacher = [0.9f, 0.3f];

        double loss = Run(target, Tensor.Of<float>([2, 1], s_z.AsSpan(0, 2)), Tensor.Vector(1L, 0L), Tensor.Of<float>([2, 1], teacher));

        double expected = 0;
        for (int r = 0; r < 2; r++)
        {
            double q = Sigmoid(Math.Log(teacher[r] / (1 - teacher[r])) / Temperature);
            double p = Sigmoid(s_z[r] / Temperature);
            double hard = -Math.Log(r == 0 ? Sigmoid(s_z[r]) : 1 - Sigmoid(s_z[r]));
            expected += ((Share * hard) - ((1 - Share) * Temperature * Temperature * ((q * Math.Log(p)) + ((1 - q) * Math.Log(1 - p))))) / 2;
        }

        Assert.That(loss, Is.EqualTo(expected).Within(Tolerance));
    }

    [Test]
    public void Mean_OfNumbers_IsTheSquaredDistanceToTheTeacher()
    {
        var target = new TargetSpec(LearningTask.Regression, 1) { Mean = [2], Deviation = [4], Loss = new Distilled(new SquaredError(), Temperature, Share) };

        double loss = Run(target, Tensor.Of<float>([2, 1], s_z.AsSpan(0, 2)), Tensor.Vector(6f, 0f), Tensor.Of<float>([2, 1], [4, -2]));

        double expected = 0;
        foreach ((double z, double y, double t) in new[] { (0.5, 6.0, 4.0), (-1, 0, -2) })
        {
            expected += ((Share * Math.Pow(z - ((y - 2) / 4), 2)) + ((1 - Share) * Math.Pow(z - ((t - 2) / 4), 2))) / 2;
        }

        Assert.That(loss, Is.EqualTo(expected).Within(Tolerance));
    }

    [Test]
    public void Mean_WithoutTeacher_IsThatOfTheLabels()
    {
        var plain = new TargetSpec(LearningTask.Classification, 3);
        TargetSpec distilled = plain with { Loss = new Distilled(new CrossEntropy(), Temperature, Share) };
        Tensor z = Tensor.Of<float>([2, 3], s_z);

        Assert.That(Run(distilled, z, Tensor.Vector(2L, 0L), null), Is.EqualTo(Run(plain, z, Tensor.Vector(2L, 0L), null)));
    }

    private static IEnumerable<TargetSpec> Targets() =>
    [
        new(LearningTask.Classification, 3),
        new(LearningTask.Multilabel, 3),
        new(LearningTask.Regression, 3) { Mean = [1, 2, 3], Deviation = [2, 1, 4] },
        new(LearningTask.Regression, 3) { Mean = [1, 2, 3], Deviation = [2, 1, 4], Loss = new Poisson() },
        new(LearningTask.Regression, 3) { Loss = new SigmoidSquaredError() },
    ];

    [TestCaseSource(nameof(Targets))]
    public void Scores_OfTheAnswers_GiveTheAnswersAgain(TargetSpec target)
    {
        var g = new GraphBuilder("g");
        Value z = g.Input("z", TensorType.Of(DType.Float, 2, 3));
        Value Answers(Value of) => target.Task == LearningTask.Regression ? target.Loss.Prediction(g, target, of) : target.Loss.Probabilities(g, target, of);
        Value first = Answers(z);
        g.Output(first, "first");
        g.Output(Answers(target.Loss.Scores(g, target, first)), "second");

        IReadOnlyDictionary<string, Tensor> values = GraphEvaluator.Run(g.Build(), new Dictionary<string, Tensor> { ["z"] = Tensor.Of<float>([2, 3], s_z) });

        Compare.Close(values["second"], values["first"], Tolerance, "answers");
    }

    private static double Run(TargetSpec target, Tensor z, Tensor truth, Tensor? teacher)
    {
        var g = new GraphBuilder("g");
        Value logits = g.Input("z", TensorType.Of(z));
        Value labels = g.Input("truth", TensorType.Of(truth));
        Value? answers = teacher is null ? null : g.Input("teacher", TensorType.Of(teacher));
        g.Output(target.Loss.Mean(new LossScope(g, target, logits, labels, null, isSoft: false) { Teacher = answers }).Mean, "loss");
        using var runner = new SimdRunner(1);
        using IGraphSession session = runner.Open(Model.Of(g.Build()), []);
        var fetches = new Tensor?[1];
        session.Run(teacher is null ? [z, truth] : [z, truth, teacher], fetches);
        return fetches[0]!.Span<float>()[0];
    }

    private static double[] Softmax(double[] z) => [.. z.Select(v => Math.Exp(v) / z.Sum(Math.Exp))];

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));
}
