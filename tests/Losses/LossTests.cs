using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Autodiff;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Losses;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Losses;

/// <summary>Each loss against its formula, written once more in plain arithmetic; its gradient against differences; its value by chance.</summary>
internal sealed class LossTests
{
    private const int Rows = 6;

    // Sums of a few doubles against the same sums.
    private const double Tolerance = 1e-12;

    private static readonly TargetSpec s_classes = new(LearningTask.Classification, 4);
    private static readonly TargetSpec s_two = new(LearningTask.Binary, 1);
    private static readonly TargetSpec s_labels = new(LearningTask.Multilabel, 3);
    private static readonly TargetSpec s_number = new(LearningTask.Regression, 1) { Mean = [0.5f], Deviation = [0.25f] };
    private static readonly TargetSpec s_numbers = new(LearningTask.Regression, 2) { Mean = [0.5f, 0.25f], Deviation = [0.25f, 2f] };

    // The loss of one row from its outputs and the true share of each, or the true numbers.
    private static readonly Formula[] s_formulas =
    [
        new(s_classes, new CrossEntropy(), (z, y) => Sum(z, c => -y[c] * Math.Log(Softmax(z, c)))),
        new(s_classes, new CrossEntropy(0.25), (z, y) => Sum(z, c => -((0.75 * y[c]) + (0.25 / 4)) * Math.Log(Softmax(z, c)))),
        new(s_classes, new WestonWatkinsHinge(), (z, y) => Sum(z, k => y[k] * Sum(z, j => j == k ? 0 : Math.Max(0, 1 + z[j] - z[k])))),
        new(s_classes, new Focal(), (z, y) => Sum(z, c => -y[c] * Math.Pow(1 - Softmax(z, c), 2) * Math.Log(Softmax(z, c)))),
        new(s_classes, new Focal(0.5), (z, y) => Sum(z, c => -y[c] * Math.Sqrt(1 - Softmax(z, c)) * Math.Log(Softmax(z, c)))),
        new(s_classes, new SigmoidSquaredError(), (z, y) => Sum(z, c => Square(Sigmoid(z[c]) - y[c])) / 4),
        new(s_two, new BinaryCrossEntropy(), (z, y) => Entropy(y[0], Sigmoid(z[0]))),
        new(s_two, new BinaryCrossEntropy(0.25), (z, y) => Entropy((0.75 * y[0]) + 0.125, Sigmoid(z[0]))),
        new(s_two, new Hinge(), (z, y) => (y[0] * Math.Max(0, 1 - z[0])) + ((1 - y[0]) * Math.Max(0, 1 + z[0]))),
        new(s_two, new Focal(2, 0.25), (z, y) => FocalOf(y[0], Sigmoid(z[0]), 2, 0.25, 0.75)),
        new(s_two, new SigmoidSquaredError(), (z, y) => Square(Sigmoid(z[0]) - y[0])),
        new(s_labels, new BinaryCrossEntropy(), (z, y) => Sum(z, c => Entropy(y[c], Sigmoid(z[c]))) / 3),
        new(s_labels, new Focal(1.5), (z, y) => Sum(z, c => FocalOf(y[c], Sigmoid(z[c]), 1.5, 1, 1)) / 3),
        new(s_labels, new Hinge(), (z, y) => Sum(z, c => Math.Max(0, 1 - (z[c] * ((2 * y[c]) - 1)))) / 3),
        new(s_number, new SquaredError(), (z, y) => Square(z[0] - ((y[0] - 0.5) / 0.25))),
        new(s_number, new AbsoluteError(), (z, y) => Math.Abs(z[0] - ((y[0] - 0.5) / 0.25))),
        new(s_number, new Huber(0.75), (z, y) => HuberOf(z[0] - ((y[0] - 0.5) / 0.25), 0.75)),
        new(s_number, new SigmoidSquaredError(), (z, y) => Square(Sigmoid(z[0]) - y[0])),
        new(s_number, new Poisson(), (z, y) => Math.Exp(z[0]) - (y[0] / 0.5 * z[0])),
        new(s_numbers, new SquaredError(), (z, y) => (Square(z[0] - ((y[0] - 0.5) / 0.25)) + Square(z[1] - ((y[1] - 0.25) / 2))) / 2),
    ];

    private static IEnumerable<TestCaseData> Formulas() => s_formulas.Select(Case);

    private static IEnumerable<TestCaseData> FormulasOfClasses() => s_formulas.Where(f => f.Target.Task != LearningTask.Regression).Select(Case);

    private static IEnumerable<TestCaseData> SoftFormulas() =>
        s_formulas.Where(f => f.Target.Task is LearningTask.Classification or LearningTask.Binary)
            .Select(Case);

    private static TestCaseData Case(Formula formula) =>
        new TestCaseData(formula).SetArgDisplayNames(formula.Target.Task.ToString(), $"{formula.Loss.GetType().Name} {Array.IndexOf(s_formulas, formula)}");

    [TestCaseSource(nameof(Formulas))]
    public void Mean_OfRows_IsTheFormulas(Formula formula) => Check(formula, Scores(formula.Target.Outputs), isSoft: false);

    [TestCaseSource(nameof(SoftFormulas))]
    public void Mean_OfSoftTargets_IsTheFormulas(Formula formula) => Check(formula with { Target = formula.Target with { IsSoft = true } }, Scores(formula.Target.Outputs), isSoft: true);

    [TestCaseSource(nameof(Formulas))]
    public void Mean_OfWeightedRows_IsTheWeightedMean(Formula formula) =>
        Check(formula with { Target = formula.Target with { IsWeighted = true } }, Scores(formula.Target.Outputs), isSoft: false);

    [TestCaseSource(nameof(FormulasOfClasses))]
    public void Mean_OfWeightedClasses_IsTheWeightedMean(Formula formula)
    {
        float[] weights = formula.Target.Task == LearningTask.Binary ? [0.5f, 3] : [0.5f, 3, 1, 2];
        TargetSpec target = formula.Target with { ClassWeights = formula.Target.Task == LearningTask.Multilabel ? weights[..3] : weights };
        Check(formula with { Target = target }, Scores(target.Outputs), isSoft: false);
        Check(formula with { Target = target with { IsWeighted = true } }, Scores(target.Outputs), isSoft: false);
        if (target.Task != LearningTask.Multilabel)
        {
            Check(formula with { Target = target with { IsSoft = true } }, Scores(target.Outputs), isSoft: true);
        }
    }

    [TestCaseSource(nameof(Formulas))]
    public void AtChance_OfZeros_IsTheLossThere(Formula formula)
    {
        double[] zeros = new double[Rows * formula.Target.Outputs];
        if (formula.Loss.AtChance(formula.Target) is { } chance && formula.Loss is not (SquaredError or Poisson))
        {
            Assert.That(Run(formula, zeros, isSoft: false).Loss, Is.EqualTo(chance).Within(Tolerance));
        }
        else
        {
            // Of these it is a figure of the training rows' own mean and spread.
            Assert.That(formula.Loss, Is.InstanceOf<AbsoluteError>().Or.InstanceOf<Huber>().Or.InstanceOf<SquaredError>().Or.InstanceOf<Poisson>()
                .Or.InstanceOf<SigmoidSquaredError>().Or.InstanceOf<Focal>());
        }
    }

    [Test]
    public void AtChance_OfStandardisedNumbers_IsTheirVariance()
    {
        var target = new TargetSpec(LearningTask.Regression, 1) { Mean = [3], Deviation = [2] };
        double loss = Run(new Formula(target, new SquaredError(), (_, _) => 0), [0, 0], isSoft: false, Tensor.Vector(1f, 5f)).Loss;
        double counts = Run(new Formula(target, new Poisson(), (_, _) => 0), [0, 0], isSoft: false, Tensor.Vector(1f, 5f)).Loss;
        Assert.That(loss, Is.EqualTo(target.Loss.AtChance(target)).Within(Tolerance));
        Assert.That(counts, Is.EqualTo(new Poisson().AtChance(target)).Within(Tolerance));
    }

    // In float: the loss is what the step would tell, and nothing overflows.
    [TestCaseSource(nameof(Formulas))]
    public void Mean_OfLargeScores_IsFinite(Formula formula)
    {
        double[] scores = [.. Scores(formula.Target.Outputs).Select(z => z * (formula.Loss is Poisson ? 20 : 200))];
        (double loss, _, double[] gradient) = Run(formula, scores, isSoft: false, isFloat: true);
        Assert.That(double.IsFinite(loss));
        Assert.That(gradient, Has.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void Mean_OfRowsThatAllWeighNothing_IsZero()
    {
        TargetSpec target = s_two with { IsWeighted = true };
        (double loss, double? mass, double[] gradient) = Run(
            new Formula(target, new BinaryCrossEntropy(), (_, _) => 0), [1, -1], isSoft: false, Tensor.Vector(0L, 1L), weights: [0, 0]);
        Assert.That((loss, mass), Is.EqualTo((0.0, 0.0)));
        Assert.That(gradient, Has.All.Zero);
    }

    [TestCaseSource(nameof(Formulas))]
    public void Mean_InOnnxRuntime_IsTheSame(Formula formula)
    {
        TargetSpec target = formula.Target with { IsWeighted = true };
        Formula weighted = formula with { Target = target };
        Model model = GraphOf(weighted, isSoft: false);
        double[] scores = Scores(target.Outputs);
        using var simd = new SimdRunner(1);
        using IGraphSession ours = simd.Open(model, []);
        using IGraphSession theirs = new OrtRunner(new OrtOptions { Threads = 1 }).Open(model, []);
        Dictionary<string, Tensor> a = Fetch(ours, Feeds(weighted, scores, Truth(target, false), Weights(Rows), t => t));
        Dictionary<string, Tensor> b = Fetch(theirs, Feeds(weighted, scores, Truth(target, false), Weights(Rows), t => t));
        foreach (string name in a.Keys)
        {
            Compare.Close(a[name], b[name], 1e-5, name);
        }
    }

    private static void Check(Formula formula, double[] scores, bool isSoft)
    {
        TargetSpec target = formula.Target;
        double[][] shares = Shares(target, isSoft);
        double[] rowWeights = target.IsWeighted ? [.. Weights(Rows).Select(w => (double)w)] : [.. Enumerable.Repeat(1.0, Rows)];
        (double expected, double mass) = Expected(formula, scores, shares, rowWeights);
        (double loss, double? given, double[] gradient) = Run(formula, scores, isSoft);
        Assert.That(loss, Is.EqualTo(expected).Within(Tolerance));
        Assert.That(given, target.IsWeighted || target.ClassWeights is not null ? Is.EqualTo(mass).Within(Tolerance) : Is.Null);
        for (int i = 0; i < scores.Length; i++)
        {
            const double Step = 1e-6;
            double[] up = [.. scores];
            double[] down = [.. scores];
            (up[i], down[i]) = (up[i] + Step, down[i] - Step);
            double slope = (Expected(formula, up, shares, rowWeights).Loss - Expected(formula, down, shares, rowWeights).Loss) / (2 * Step);

            // Central differences of step h are off by h² and by rounding over h.
            Assert.That(gradient[i], Is.EqualTo(slope).Within(1e-8), $"score {i}");
        }
    }

    private static (double Loss, double Mass) Expected(Formula formula, double[] scores, double[][] truth, double[] rowWeights)
    {
        TargetSpec target = formula.Target;
        int width = target.Outputs;
        double sum = 0;
        double mass = 0;
        for (int row = 0; row < Rows; row++)
        {
            double[] z = scores[(row * width)..((row + 1) * width)];
            double[] y = truth[row];
            if (target.Task == LearningTask.Multilabel && target.ClassWeights is { } ofLabel)
            {
                for (int c = 0; c < width; c++)
                {
                    // The formula is a mean over labels: of three alike it is that of one.
                    double weight = rowWeights[row] * (y[c] > 0 ? ofLabel[c] : 1);
                    sum += weight * formula.Of([z[c], z[c], z[c]], [y[c], y[c], y[c]]);
                    mass += weight;
                }

                continue;
            }

            double ofClass = target.ClassWeights is not { } w ? 1
                : target.Task == LearningTask.Binary ? w[0] + (y[0] * (w[1] - w[0]))
                : y.Select((share, c) => share * w[c]).Sum();
            sum += rowWeights[row] * ofClass * formula.Of(z, y);
            mass += rowWeights[row] * ofClass;
        }

        return (sum / mass, mass);
    }

    private static (double Loss, double? Mass, double[] Gradient) Run(
        Formula formula, double[] scores, bool isSoft, Tensor? truth = null, bool isFloat = false, float[]? weights = null)
    {
        Model model = GraphOf(formula, isSoft);
        Func<Tensor, Tensor> convert = isFloat ? t => t : DoublePrecision.Of;
        using var runner = new SimdRunner(1);
        using IGraphSession session = runner.Open(isFloat ? model : DoublePrecision.Apply(model), []);
        truth ??= Truth(formula.Target, isSoft);
        Dictionary<string, Tensor> fetched = Fetch(session, Feeds(formula, scores, truth, weights ?? Weights(truth.Shape[0]), convert));
        return (
            Compare.Doubles(fetched["loss"])[0],
            fetched.TryGetValue("mass", out Tensor? mass) ? Compare.Doubles(mass)[0] : null,
            Compare.Doubles(fetched["gradient"]));
    }

    private static Model GraphOf(Formula formula, bool isSoft)
    {
        TargetSpec target = formula.Target;
        var g = new GraphBuilder("loss");
        Value z = g.Input("z", TensorType.Of(DType.Float, Dim.Of("N"), target.Outputs));
        Value y = g.Input("target", Head.TargetType(target, isSoft));
        Value? w = target.IsWeighted ? g.Input("weight", TensorType.Of(DType.Float, Dim.Of("N"))) : null;
        (Value loss, Value? mass) = formula.Loss.Mean(new LossScope(g, target, z, y, w, isSoft));
        Value gradient = Backward.Run(g, loss, [z])[0];
        g.Output(loss, "loss");
        g.Output(gradient, "gradient");
        if (mass is not null)
        {
            g.Output(mass, "mass");
        }

        return Model.Of(g.Build());
    }

    private static Func<string, Tensor> Feeds(Formula formula, double[] scores, Tensor truth, float[] weights, Func<Tensor, Tensor> convert) => name => convert(name switch
    {
        "z" => Tensor.Of<float>([scores.Length / formula.Target.Outputs, formula.Target.Outputs], [.. scores.Select(s => (float)s)]),
        "target" => truth,
        _ => Tensor.Vector<float>(weights),
    });

    private static Dictionary<string, Tensor> Fetch(IGraphSession session, Func<string, Tensor> feed)
    {
        var fetched = new Tensor?[session.Fetches.Count];
        session.Run([.. session.Feeds.Select(f => feed(f.Name))], fetched);
        return session.Fetches.Select((f, i) => KeyValuePair.Create(f.Name, fetched[i]!)).ToDictionary(StringComparer.Ordinal);
    }

    // Exact in float; no two of a row differ by a sixteenth's multiple, where a hinge may have its kink.
    private static double[] Scores(int width) => [.. Enumerable.Range(0, Rows * width).Select(i => (((i * 37 % 53) - 26) / 16.0) + ((i + 1) / 1024.0))];

    private static float[] Weights(int rows) => [.. Enumerable.Range(0, rows).Select(r => r % 3 * 0.75f)];

    private static Tensor Truth(TargetSpec target, bool isSoft)
    {
        double[][] shares = Shares(target, isSoft);
        float[] flat = [.. shares.SelectMany(s => s).Select(s => (float)s)];
        return (target.Task, isSoft) switch
        {
            (LearningTask.Classification, false) => Tensor.Vector<long>([.. shares.Select(s => (long)Array.IndexOf(s, 1.0))]),
            (LearningTask.Binary, false) => Tensor.Vector<long>([.. shares.Select(s => (long)s[0])]),
            (LearningTask.Binary, true) => Tensor.Vector<float>(flat),
            (LearningTask.Regression, _) when target.Outputs == 1 => Tensor.Vector<float>(flat),
            _ => Tensor.Of<float>([Rows, target.Outputs], flat),
        };
    }

    private static double[][] Shares(TargetSpec target, bool isSoft) => [.. Enumerable.Range(0, Rows).Select(r => target.Task switch
    {
        LearningTask.Classification => (double[])[.. Enumerable.Range(0, target.Outputs).Select(c =>
            c == r % 4 ? (isSoft ? 0.75 : 1) : c == (r + 1) % 4 && isSoft ? 0.25 : 0)],
        LearningTask.Binary => [isSoft ? r / 8.0 : r % 2],
        LearningTask.Multilabel => [.. Enumerable.Range(0, target.Outputs).Select(c => (double)((r >> c) & 1))],
        _ => [.. Enumerable.Range(0, target.Outputs).Select(c => ((r * 5) + c) % 8 / 8.0)],
    })];

    private static double Sum(double[] z, Func<int, double> of) => Enumerable.Range(0, z.Length).Sum(of);

    private static double Softmax(double[] z, int c) => Math.Exp(z[c]) / z.Sum(Math.Exp);

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private static double Square(double x) => x * x;

    private static double Entropy(double y, double p) => (-y * Math.Log(p)) - ((1 - y) * Math.Log(1 - p));

    private static double FocalOf(double y, double p, double gamma, double a, double b) =>
        (-a * y * Math.Pow(1 - p, gamma) * Math.Log(p)) - (b * (1 - y) * Math.Pow(p, gamma) * Math.Log(1 - p));

    private static double HuberOf(double error, double delta) =>
        Math.Abs(error) <= delta ? error * error / 2 : delta * (Math.Abs(error) - (delta / 2));

    /// <summary>A loss and what it is, of one row.</summary>
    internal sealed record Formula(TargetSpec Target, Loss Loss, Func<double[], double[], double> Of);
}
