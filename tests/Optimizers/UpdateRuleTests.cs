using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Optimizers;

/// <summary>Each rule against its paper's formula, element by element and step by step, in double.</summary>
internal sealed class UpdateRuleTests
{
    private const int Length = 37;
    private const double Rate = 0.05;

    // Settings are floats in files; the formulas take the same numbers.
    private static readonly double s_09 = 0.9f;
    private static readonly double s_0999 = 0.999f;
    private static readonly double s_099 = 0.99f;
    private static readonly double s_epsilon = 1e-6f;

    // The weight, its gradient, three states that begin at 0, the step from 1; gives the weight.
    private delegate double Formula(double w, double g, double[] s, int t);

    private static IEnumerable<TestCaseData> Rules()
    {
        const double Decay = 0.25;
        yield return Case("sgd", Optimizer.Sgd(0.25f), (w, g, s, t) => w - (Rate * (g + (Decay * w))));
        yield return Case("momentum", Optimizer.Momentum(0.9f, 0.25f), (w, g, s, t) =>
        {
            s[0] = (s_09 * s[0]) - (Rate * (g + (Decay * w)));
            return w + s[0];
        });
        yield return Case("momentum average", Optimizer.Momentum(0.9f, 0.25f, MomentumForm.Average), (w, g, s, t) =>
        {
            s[0] = (s_09 * s[0]) + ((1 - s_09) * (g + (Decay * w)));
            return w - (Rate * s[0] / (1 - Math.Pow(s_09, t)));
        });
        yield return Case("nesterov rewritten", Optimizer.Momentum(0.9f, 0.25f, MomentumForm.Nesterov), (w, g, s, t) =>
        {
            double before = s[0];
            s[0] = (s_09 * s[0]) - (Rate * (g + (Decay * w)));
            return w - (s_09 * before) + ((1 + s_09) * s[0]);
        });
        yield return Case("adagrad", Optimizer.Adagrad(1e-6f, 0.25f), (w, g, s, t) =>
        {
            g += Decay * w;
            s[0] += g * g;
            return w - (Rate / (Math.Sqrt(s[0]) + s_epsilon) * g);
        });
        yield return Case("rmsprop", Optimizer.Rmsprop(0.9f, 1e-6f, 0, false, 0.25f), (w, g, s, t) =>
        {
            g += Decay * w;
            s[0] += (1 - s_09) * ((g * g) - s[0]);
            return w - (Rate * g / (Math.Sqrt(s[0]) + s_epsilon));
        });
        yield return Case("rmsprop centered with momentum", Optimizer.Rmsprop(0.9f, 1e-6f, 0.9f, true, 0.25f), (w, g, s, t) =>
        {
            g += Decay * w;
            s[0] += (1 - s_09) * ((g * g) - s[0]);
            s[1] += (1 - s_09) * (g - s[1]);
            s[2] = (s_09 * s[2]) + (g / (Math.Sqrt(s[0] - (s[1] * s[1])) + s_epsilon));
            return w - (Rate * s[2]);
        });
        yield return Case("adam without correction", Optimizer.Adam(epsilon: 1e-6f, weightDecay: 0.25f, correctsBias: false), (w, g, s, t) =>
        {
            g += Decay * w;
            (s[0], s[1]) = (s[0] + ((1 - s_09) * (g - s[0])), s[1] + ((1 - s_0999) * ((g * g) - s[1])));
            return w - (Rate * s[0] / (Math.Sqrt(s[1]) + s_epsilon));
        });
        yield return Case("adamw", Optimizer.AdamW(epsilon: 1e-6f, weightDecay: 0.25f), (w, g, s, t) =>
        {
            (s[0], s[1]) = (s[0] + ((1 - s_09) * (g - s[0])), s[1] + ((1 - s_0999) * ((g * g) - s[1])));
            double first = s[0] / (1 - Math.Pow(s_09, t));
            double second = s[1] / (1 - Math.Pow(s_0999, t));
            return w - (Rate * ((first / (Math.Sqrt(second) + s_epsilon)) + (Decay * w)));
        });
        yield return Case("nadam", Optimizer.Nadam(epsilon: 1e-6f, weightDecay: 0.25f), (w, g, s, t) =>
        {
            g += Decay * w;
            (s[0], s[1]) = (s[0] + ((1 - s_09) * (g - s[0])), s[1] + ((1 - s_0999) * ((g * g) - s[1])));
            double first = (s_09 * s[0] / (1 - Math.Pow(s_09, t + 1))) + ((1 - s_09) * g / (1 - Math.Pow(s_09, t)));
            return w - (Rate * first / (Math.Sqrt(s[1] / (1 - Math.Pow(s_0999, t))) + s_epsilon));
        });
        yield return Case("lion", Optimizer.Lion(weightDecay: 0.25f), (w, g, s, t) =>
        {
            int sign = Math.Sign((s_09 * s[0]) + ((1 - s_09) * g));
            s[0] += (1 - s_099) * (g - s[0]);
            return w - (Rate * (sign + (Decay * w)));
        });
    }

    [TestCaseSource(nameof(Rules))]
    public void Update_TwelveSteps_FollowsTheFormula(UpdateRule rule, Func<double, double, double[], int, double> formula)
    {
        Tensor[] kept = [Sample.Real([Length]), .. rule.State.Select(_ => Tensor.Zeros(DType.Double, Length))];
        double[] expected = Compare.Doubles(kept[0]);
        double[][] states = [.. expected.Select(_ => new double[3])];
        for (int t = 1; t <= 12; t++)
        {
            Tensor g = Sample.Real([Length], salt: t);
            Tensor[] inputs = [kept[0], g, .. kept[1..], Sample.Scalar(Rate), .. rule.UsesStep ? (Tensor[])[Tensor.Scalar((long)t)] : []];
            var c = new OpCase(rule.Op, inputs) { Domain = Model.AnnealDomain, Attributes = rule.Attributes, Outputs = kept.Length };
            kept = [.. Evaluator.Run(c.ToNode(), c.Inputs).Select(o => o!)];
            for (int i = 0; i < Length; i++)
            {
                expected[i] = formula(expected[i], g.Span<double>()[i], states[i], t);
            }
        }

        // The difference of squares under a root loses digits.
        Compare.Close(kept[0], Tensor.Vector<double>(expected), 1e-9, "weights");
        for (int s = 0; s < rule.State.Count && states[0][s] != 0; s++)
        {
            int at = s;
            Compare.Close(kept[s + 1], Tensor.Vector<double>([.. states.Select(x => x[at])]), 1e-9, rule.State[s]);
        }
    }

    // The loss is Σ(w - i)⁴: its gradient depends on where it is taken.
    [Test]
    public void Nesterov_BothForms_AreOneMethod()
    {
        UpdateRule ahead = Optimizer.Momentum(0.9f, 0.25f, MomentumForm.LookAhead);
        UpdateRule rewritten = Optimizer.Momentum(0.9f, 0.25f, MomentumForm.Nesterov);
        Tensor start = Sample.Real([Length]);
        (Tensor w, Tensor v) = (start, Tensor.Zeros(DType.Double, Length));
        (Tensor theta, Tensor u) = (start, Tensor.Zeros(DType.Double, Length));
        for (int t = 1; t <= 30; t++)
        {
            Tensor looked = Tensor.Vector<double>([.. Compare.Doubles(w).Zip(Compare.Doubles(v), (a, b) => a + (s_09 * b))]);
            Compare.Close(looked, theta, 1e-12, "the weights looked ahead to are those of the rewritten form");
            (w, v) = Step(ahead, w, v, Gradient(looked));
            (theta, u) = Step(rewritten, theta, u, Gradient(theta));
            Compare.Close(v, u, 1e-12, "velocity");
        }

        Assert.That(Compare.Doubles(w)[5], Is.Not.EqualTo(Compare.Doubles(start)[5]));
    }

    private static (Tensor W, Tensor V) Step(UpdateRule rule, Tensor w, Tensor v, Tensor g)
    {
        var c = new OpCase(rule.Op, w, g, v, Sample.Scalar(1e-3)) { Domain = Model.AnnealDomain, Attributes = rule.Attributes, Outputs = 2 };
        Tensor?[] next = Evaluator.Run(c.ToNode(), c.Inputs);
        return (next[0]!, next[1]!);
    }

    private static Tensor Gradient(Tensor w) => Tensor.Vector<double>([.. Compare.Doubles(w).Select((x, i) => 4 * Math.Pow(x - (i / 20.0), 3))]);

    private static TestCaseData Case(string name, UpdateRule rule, Formula formula) =>
        new TestCaseData(rule, new Func<double, double, double[], int, double>((w, g, s, t) => formula(w, g, s, t))).SetArgDisplayNames(name);
}
