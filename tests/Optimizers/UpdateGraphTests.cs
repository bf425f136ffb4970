using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Optimizers;

/// <summary>What surrounds the update in a step, against the gradient that a plain step of rate 1 shows: W - W'.</summary>
internal sealed class UpdateGraphTests
{
    // Sums in float of gradients below 1.
    private const double Tolerance = 1e-6;
    private static readonly (Tensor Features, Tensor Target) s_rows = Networks.Rows(32, 8, 3);

    [Test]
    public void Step_Penalties_AddTheirGradientToWeightsAlone()
    {
        var settings = new UpdateSettings(Optimizer.Sgd()) { Regularization = new Regularization { L1 = 0.01f, L2 = 0.2f } };

        Check(settings, (name, w, g) => name.EndsWith("weight", StringComparison.Ordinal) ? g + (0.01 * Math.Sign(w)) + (0.2 * w) : g);
    }

    [Test]
    public void Step_PenaltiesOnBiases_AddTheirGradientToAll()
    {
        var settings = new UpdateSettings(Optimizer.Sgd()) { Regularization = new Regularization { L2 = 0.2f, CoversBiases = true } };

        Check(settings, (name, w, g) => g + (0.2 * w));
    }

    [Test]
    public void Step_Penalty_IsInTheObjectiveAndNotInTheLoss()
    {
        TrainingGraphs plain = Graphs(Optimizer.Sgd());
        TrainingGraphs penalized = Graphs(new UpdateSettings(Optimizer.Sgd()) { Regularization = new Regularization { L1 = 0.01f, L2 = 0.2f } });
        double penalty = plain.Parameters.Where(p => p.Decays).Sum(p => Compare.Doubles(p.Initial).Sum(w => (0.01 * Math.Abs(w)) + (0.1 * w * w)));

        double loss = Fetch(plain, "loss");

        Assert.That(Fetch(penalized, "loss"), Is.EqualTo(loss));
        Assert.That(Fetch(penalized, "objective"), Is.EqualTo(loss + penalty).Within(1e-5));
    }

    [Test]
    public void Step_ClipByValue_LimitsEachElement() =>
        Check(new UpdateSettings(Optimizer.Sgd()) { ClipValue = 0.01f }, (name, w, g) => Math.Clamp(g, -0.01, 0.01));

    [TestCase(0.05)]
    [TestCase(1000)]
    public void Step_ClipByNorm_ScalesByTheNormOfAllGradients(double limit)
    {
        double norm = Math.Sqrt(Gradients(Optimizer.Sgd()).Values.Sum(g => g.Sum(x => x * x)));
        Assert.That(norm, Is.InRange(0.06, 900));

        Check(new UpdateSettings(Optimizer.Sgd()) { ClipNorm = (float)limit }, (name, w, g) => g * Math.Min(1, limit / norm));
    }

    [Test]
    public void Step_DecoupledDecay_ShrinksWeightsBesideTheGradient() => Check(
        new UpdateSettings(Optimizer.Sgd()) { Regularization = new Regularization { DecoupledDecay = 0.1f } },
        (name, w, g) => name.EndsWith("weight", StringComparison.Ordinal) ? g + (0.1 * w) : g);

    [Test]
    public void Step_Groups_SetRateDecayAndWhatIsFrozen()
    {
        var settings = new UpdateSettings(Optimizer.Sgd(0.5f))
        {
            Groups =
            [
                new ParameterGroup("dense2.w*", Origin.None) { IsFrozen = true },
                new ParameterGroup("dense?.bias", Origin.None) { Rate = 0.5f, Decay = 0.25f },
            ],
        };

        Check(settings, (name, w, g) => name switch
        {
            "dense2.weight" => 0,
            "dense1.weight" => g + (0.5 * w),
            _ => 0.5 * (g + (0.25 * w)),
        });
        Assert.That(Graphs(settings).Step.Graph.Outputs.Select(o => o.Name), Does.Not.Contain("dense2.weight.next").And.Contain("dense1.weight.next"));
    }

    [Test]
    public void Step_MaxNorm_LimitsTheWeightsIntoEachUnit()
    {
        TrainingGraphs graphs = Graphs(new UpdateSettings(Optimizer.Sgd()) { Regularization = new Regularization { MaxNorm = 0.5f } });

        double[] w = Compare.Doubles(After(graphs)["dense1.weight"]);

        double[] norms = [.. Enumerable.Range(0, 16).Select(unit => Math.Sqrt(Enumerable.Range(0, 8).Sum(i => w[(i * 16) + unit] * w[(i * 16) + unit])))];
        Assert.That(norms, Is.All.LessThanOrEqualTo(0.5 + 1e-6));
        Assert.That(norms.Max(), Is.EqualTo(0.5).Within(1e-6));
    }

    [Test]
    public void Check_PatternThatFitsNothing_NamesItsLineAndTheParameters()
    {
        var settings = new UpdateSettings(Optimizer.Sgd()) { Groups = [new ParameterGroup("conv*", new Origin("p.yaml", 3, 7, "train.groups.0.match"))] };

        AnnealException? error = Assert.Throws<AnnealException>(() => Graphs(settings));

        Assert.That(error!.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(error.Message, Is.EqualTo(
            "p.yaml:3:7 train.groups.0.match → no parameter fits 'conv*'. hint: the parameters are dense1.weight, dense1.bias, dense2.weight, dense2.bias"));
    }

    [Test]
    public void Check_PatternBehindOneThatTakesAll_Fails()
    {
        var settings = new UpdateSettings(Optimizer.Sgd()) { Groups = [new ParameterGroup("*", Origin.None), new ParameterGroup("dense1*", Origin.None)] };

        Assert.That(() => Graphs(settings), Throws.TypeOf<AnnealException>().With.Message.StartsWith("an earlier group has every parameter that fits 'dense1*'"));
    }

    [Test]
    public void Step_Noise_IsOfTheDeviationChangesByStepAndIsGoneInEvaluation()
    {
        TrainingGraphs noisy = Graphs(new UpdateSettings(Optimizer.Sgd()) { Regularization = new Regularization { InputNoise = 0.3f, WeightNoise = 0.05f } });
        Node[] nodes = [.. noisy.Step.Graph.Nodes.Where(n => n.OpType == "GaussianNoise")];

        Assert.That(nodes, Has.Length.EqualTo(5), "four parameters and the features");
        Assert.That(noisy.Evaluation.Graph.Nodes.Select(n => n.OpType), Does.Not.Contain("GaussianNoise"));
        Assert.That(noisy.Inference.Nodes.Select(n => n.OpType), Does.Not.Contain("GaussianNoise"));
        float[] losses = [.. new[] { 1L, 1L, 2L }.Select(step => Fetch(noisy, "loss", step))];
        Assert.That(losses[1], Is.EqualTo(losses[0]));
        Assert.That(losses[2], Is.Not.EqualTo(losses[0]));
    }

    [Test]
    public void Step_PlainAdam_StillFusesWithTheProduct()
    {
        string[] ops = [.. PlanPasses.Apply(Graphs(Optimizer.Adam()).Step.Graph).Nodes.Select(n => n.OpType)];
        string[] clipped = [.. PlanPasses.Apply(Graphs(new UpdateSettings(Optimizer.Adam()) { ClipNorm = 1 }).Step.Graph).Nodes.Select(n => n.OpType)];

        Assert.That(ops, Does.Contain("GemmAdamStep"));
        Assert.That(clipped, Does.Contain("AdamStep").And.Not.Contain("GemmAdamStep"), "the norm is needed before any update");
    }

    private static TrainingGraphs Graphs(UpdateSettings settings) => Networks.Mlp(8, [16, 3], 0, settings);

    // A step of rate 1 changes each parameter by what is expected of (name, weight, gradient).
    private static void Check(UpdateSettings settings, Func<string, double, double, double> expected)
    {
        IReadOnlyDictionary<string, double[]> gradients = Gradients(Optimizer.Sgd());
        foreach ((string name, double[] change) in Gradients(settings))
        {
            double[] w = Compare.Doubles(Graphs(Optimizer.Sgd()).Parameters.Single(p => p.Name == name).Initial);
            for (int i = 0; i < change.Length; i++)
            {
                Assert.That(change[i], Is.EqualTo(expected(name, w[i], gradients[name][i])).Within(Tolerance), $"{name}[{i}]");
            }
        }
    }

    private static Dictionary<string, double[]> Gradients(UpdateSettings settings)
    {
        TrainingGraphs graphs = Graphs(settings);
        IReadOnlyDictionary<string, Tensor> after = After(graphs);
        return graphs.Parameters.ToDictionary(p => p.Name, p => Compare.Doubles(p.Initial).Zip(Compare.Doubles(after[p.Name]), (w, next) => w - next).ToArray(), StringComparer.Ordinal);
    }

    private static Dictionary<string, Tensor> After(TrainingGraphs graphs)
    {
        using var runner = new SimdRunner(1);
        using IGraphSession session = runner.Open(graphs.Step, graphs.StepState());
        session.Run(Networks.Feeds(session, s_rows, 1, 1), new Tensor?[session.Fetches.Count]);
        return graphs.Parameters.ToDictionary(p => p.Name, p => session.ReadState(p.Name), StringComparer.Ordinal);
    }

    private static float Fetch(TrainingGraphs graphs, string output, long step = 1)
    {
        using var runner = new SimdRunner(1);
        using IGraphSession session = runner.Open(graphs.Step, graphs.StepState());
        var fetches = new Tensor?[session.Fetches.Count];
        session.Run(Networks.Feeds(session, s_rows, 1, step), fetches);
        return fetches[session.Fetches.ToList().FindIndex(f => f.Name == output)]!.Span<float>()[0];
    }
}
