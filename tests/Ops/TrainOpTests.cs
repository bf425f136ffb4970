using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;

namespace Anneal.Tests.Ops;

public sealed class TrainOpTests
{
    [Test]
    public void AdamStep_TenSteps_FollowsTheFormula()
    {
        const int Length = 37;
        Tensor w = Sample.Real([Length]);
        Tensor m = Tensor.Zeros(DType.Double, Length);
        Tensor v = Tensor.Zeros(DType.Double, Length);
        double[] expected = Compare.Doubles(w);
        var first = new double[Length];
        var second = new double[Length];
        double beta1 = 0.9f;
        double beta2 = 0.999f;
        for (int t = 1; t <= 10; t++)
        {
            Tensor g = Sample.Real([Length], salt: t);
            var c = new OpCase("AdamStep", w, g, m, v, Sample.Scalar(0.05), Tensor.Scalar((long)t))
            {
                Domain = Model.AnnealDomain,
                Attributes = Attributes.Of(("beta1", 0.9f), ("beta2", 0.999f), ("epsilon", 1e-6f), ("weight_decay", 0.25f)),
                Outputs = 3,
            };
            Tensor?[] next = Evaluator.Run(c.ToNode(), c.Inputs);
            for (int i = 0; i < Length; i++)
            {
                double gradient = g.Span<double>()[i] + (0.25 * expected[i]);
                first[i] += (1 - beta1) * (gradient - first[i]);
                second[i] += (1 - beta2) * ((gradient * gradient) - second[i]);
                double m1 = first[i] / (1 - Math.Pow(beta1, t));
                double v1 = second[i] / (1 - Math.Pow(beta2, t));
                expected[i] -= 0.05 * m1 / (Math.Sqrt(v1) + 1e-6f);
            }

            (w, m, v) = (next[0]!, next[1]!, next[2]!);
        }

        Compare.Close(w, Tensor.Vector<double>(expected), 1e-12, "weights");
        Compare.Close(v, Tensor.Vector<double>(second), 1e-12, "second moment");
    }

    // The velocity is 0.9·0.1 - 0.1·(1.25 + 0.25·1) = -0.06; Nesterov adds 0.9·-0.06 - 0.15 to the weight in its place.
    [TestCase("MomentumStep", 0.94)]
    [TestCase("NesterovStep", 0.796)]
    public void MomentumStep_OneElement_ByHand(string op, double weight)
    {
        var c = new OpCase(op, Tensor.Vector(1.0), Tensor.Vector(1.25), Tensor.Vector(0.1), Sample.Scalar(0.1))
        {
            Domain = Model.AnnealDomain,
            Attributes = Attributes.Of(("momentum", 0.9f), ("weight_decay", 0.25f)),
            Outputs = 2,
        };
        Tensor?[] result = Evaluator.Run(c.ToNode(), c.Inputs);
        Compare.Close(result[1], Tensor.Vector(-0.06), 1e-7, "velocity");
        Compare.Close(result[0], Tensor.Vector(weight), 1e-7, "weight");
    }

    [Test]
    public void SgdStep_OneElement_ByHand()
    {
        var c = new OpCase("SgdStep", Tensor.Vector(2.0), Tensor.Vector(0.5), Sample.Scalar(0.1)) { Domain = Model.AnnealDomain, Attributes = Attributes.Of(("weight_decay", 0.25f)) };
        Compare.Close(Evaluator.Run(c.ToNode(), c.Inputs)[0], Tensor.Vector(1.9), 1e-12, "weight");
    }

    [TestCase(0.25f)]
    [TestCase(0.5f)]
    [TestCase(0.9f)]
    public void RandomDropout_ManyElements_KeepsTheShareAndChangesByStep(float ratio)
    {
        Tensor x = Tensor.Zeros(DType.Float, 100_000);
        x.Span<float>().Fill(1);
        Tensor?[] one = Dropout(x, 1, ratio);
        Tensor?[] two = Dropout(x, 2, ratio);
        Assert.That(one[1]!.Span<bool>().ToArray().Count(kept => kept), Is.InRange((1 - ratio - 0.01) * 100_000, (1 - ratio + 0.01) * 100_000));
        Assert.That(one[0]!.Span<float>().ToArray().Distinct(), Is.EquivalentTo(new[] { 0f, 1f / (1f - ratio) }));
        Assert.That(one[1]!.Bytes.SequenceEqual(two[1]!.Bytes), Is.False);
    }

    [Test]
    public void GaussianNoise_ManyElements_IsStandardNormalAndIndependent()
    {
        const int Length = 200_000;
        var c = new OpCase("GaussianNoise", Tensor.Zeros(DType.Float, Length), Tensor.Scalar(3L))
        {
            Domain = Model.AnnealDomain,
            Attributes = Attributes.Of(("deviation", 1f), ("key", unchecked((long)CounterRandom.Key(5, "noise")))),
        };
        double[] z = Compare.Doubles(Evaluator.Run(c.ToNode(), c.Inputs)[0]!);

        // Four standard errors of each estimate: 1/√n, √(2/n), √(15/n), √(96/n), 1/√n.
        double error = 4 / Math.Sqrt(Length);
        Assert.That(z.Average(), Is.Zero.Within(error));
        Assert.That(z.Average(x => x * x), Is.EqualTo(1).Within(Math.Sqrt(2) * error));
        Assert.That(z.Average(x => x * x * x), Is.Zero.Within(Math.Sqrt(15) * error));
        Assert.That(z.Average(x => x * x * x * x), Is.EqualTo(3).Within(Math.Sqrt(96) * error));
        Assert.That(z.Zip(z.Skip(1), (a, b) => a * b).Average(), Is.Zero.Within(error));
    }

    private static Tensor?[] Dropout(Tensor x, long step, float ratio)
    {
        var c = new OpCase("RandomDropout", x, Tensor.Scalar(step))
        {
            Domain = Model.AnnealDomain,
            Attributes = Attributes.Of(("ratio", ratio), ("key", unchecked((long)CounterRandom.Key(5, "drop")))),
            Outputs = 2,
        };
        return Evaluator.Run(c.ToNode(), c.Inputs);
    }
}
