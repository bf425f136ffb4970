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
        double norm = Math.Sqrt(Gradients(Graphs, Optimizer.Sgd()).Values.Sum(g => g.Sum(x => x * x)));
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

    // The weights after the step w become w·c / max(‖w‖, c), with the norm over what flows into one unit or makes one filter.
    [TestCase(false)]
    [TestCase(true)]
    public void Step_MaxNorm_ScalesTheWeightsIntoEachUnitToTheLimit(bool isConvolution)
    {
        TrainingGraphs Of(UpdateSettings settings) => isConvolution ? Convolution(settings) : Graphs(settings);
        const double Limit = 1.3;
        TrainingGraphs plain = Of(Optimizer.Sgd());
        Dictionary<string, Tensor> free = After(plain);
        Dictionary<string, Tensor> limited = After(Of(new UpdateSettings(Optimizer.Sgd()) { Regularization = new Regularization { MaxNorm = (float)Limit } }));
        int above = 0;
        int below = 0;
        foreach (Parameter parameter in plain.Parameters)
        {
            double[] w = Compare.Doubles(free[parameter.Name]);
            double[] found = Compare.Doubles(limited[parameter.Name]);

            // [inputs, units] of a dense layer, [filters, channels, height, width] of a convolution.
            int[] shape = parameter.Initial.Shape.ToArray();
            int UnitOf(int element) => shape.Length == 4 ? element / (shape[1] * shape[2] * shape[3]) : element % shape[^1];
            ILookup<int, double> units = Enumerable.Range(0, w.Length).ToLookup(UnitOf, i => w[i]);
            for (int i = 0; i < w.Length; i++)
            {
                double norm = parameter.Decays ? Math.Sqrt(units[UnitOf(i)].Sum(x => x * x)) : 0;
                above += norm > Limit ? 1 : 0;
                below += parameter.Decays && norm < Limit ? 1 : 0;
                Assert.That(found[i], Is.EqualTo(w[i] * Limit / Math.Max(norm, Limit)).Within(Tolerance), $"{parameter.Name}[{i}]");
            }
        }

        Assert.That(above, Is.Positive);
        Assert.That(below, Is.Positive);
    }

    // Scales and shifts of normalisations pull towards zero only where 'biases' asks for it.
    [TestCase(false)]
    [TestCase(true)]
    public void Step_PenaltyOfNormalisedNetwork_IsOnWeightsAndOnNormsOnlyWhereAsked(bool coversBiases)
    {
        Dictionary<string, double[]> plain = Gradients(Normalised, Optimizer.Sgd());
        Dictionary<string, double[]> found = Gradients(Normalised, new UpdateSettings(Optimizer.Sgd()) { Regularization = new Regularization { L2 = 0.2f, CoversBiases = coversBiases } });
        Parameter[] trained = [.. Normalised(Optimizer.Sgd()).Parameters.Where(p => p.IsTrained)];

        Assert.That(trained.Select(p => p.Name), Is.EqualTo(new[]
        {
            "dense1.weight", "dense1.bias", "norm1.scale", "norm1.bias", "norm2.scale", "norm2.bias", "dense2.weight", "dense2.bias",
        }));
        foreach (Parameter parameter in trained)
        {
            double[] w = Compare.Doubles(parameter.Initial);
            bool isPenalised = coversBiases || parameter.Name.EndsWith(".weight", StringComparison.Ordinal);
            for (int i = 0; i < w.Length; i++)
            {
                double expected = plain[parameter.Name][i] + (isPenalised ? 0.2 * w[i] : 0);
                Assert.That(found[parameter.Name][i], Is.EqualTo(expected).Within(Tolerance), $"{parameter.Name}[{i}]");
            }
        }
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

        ILookup<bool, Node> ofParameters = nodes.ToLookup(n => noisy.Parameters.Any(p => p.Name == n.Inputs[0]));
        Assert.That(ofParameters[true].Select(n => (n.Inputs[0], n.Attributes.Float("deviation", 0))), Is.EquivalentTo(noisy.Parameters.Select(p => (p.Name, 0.05f))));
        Assert.That(ofParameters[false].Select(n => n.Attributes.Float("deviation", 0)), Is.EqualTo(new[] { 0.3f }), "the features");
        Assert.That(nodes.Select(n => n.Attributes.Int("key", 0)).Distinct().Count(), Is.EqualTo(5), "each has numbers of its own");
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

    private static TrainingGraphs Convolution(UpdateSettings settings) => Built(
        settings,
        [2, 2, 2],
        new Layer.Conv("conv", Origin.None, 5, 2, 1, null, 1, Activation.Relu, true, Initializer.Auto),
        new Layer.Flatten("flatten", Origin.None),
        Dense("dense1", 3));

    private static TrainingGraphs Normalised(UpdateSettings settings) => Built(
        settings,
        [8],
        Dense("dense1", 16),
        new Layer.BatchNorm("norm1", Origin.None, 0.9f, 1e-5f),
        new Layer.Activate("relu", Origin.None, Activation.Relu),
        new Layer.LayerNorm("norm2", Origin.None, 1e-5f),
        Dense("dense2", 3));

    private static Layer.Dense Dense(string name, int units) => new(name, Origin.None, units, Activation.Linear, true, Initializer.Auto);

    private static TrainingGraphs Built(UpdateSettings settings, int[] row, params Layer[] layers)
    {
        var g = new GraphBuilder("features");
        g.Output(g.Reshape(g.Input(Networks.Input, TensorType.Of(DType.Float, Dim.Of("N"), 8)), [-1, .. row.Select(d => (long)d)]), "features");
        Graph features = g.Build();
        return TrainingGraphs.Build(new Network(layers), features, features, new TargetSpec(LearningTask.Classification, 3), settings, 7);
    }

    // A step of rate 1 changes each parameter by what is expected of (name, weight, gradient).
    private static void Check(UpdateSettings settings, Func<string, double, double, double> expected)
    {
        IReadOnlyDictionary<string, double[]> gradients = Gradients(Graphs, Optimizer.Sgd());
        foreach ((string name, double[] change) in Gradients(Graphs, settings))
        {
            double[] w = Compare.Doubles(Graphs(Optimizer.Sgd()).Parameters.Single(p => p.Name == name).Initial);
            for (int i = 0; i < change.Length; i++)
            {
                Assert.That(change[i], Is.EqualTo(expected(name, w[i], gradients[name][i])).Within(Tolerance), $"{name}[{i}]");
            }
        }
    }

    private static Dictionary<string, double[]> Gradients(Func<UpdateSettings, TrainingGraphs> build, UpdateSettings settings)
    {
        TrainingGraphs graphs = build(settings);
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
