using Anneal.Exporter;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Exporter;

/// <summary>Each combination against its definition, computed from the members' own answers, on both engines.</summary>
internal sealed class EnsembleTests
{
    private const int Rows = 40;
    private const int Classes = 4;

    // Softmax and a mean in float against the same in double.
    private const double Tolerance = 1e-6;

    private static readonly EnsembleMember[] s_members = [Member(1), Member(2), Member(3)];

    [Test]
    public void Combine_MeanOfProbabilities_IsTheirMean([Values] bool onOrt)
    {
        float[][] p = [.. s_members.Select(m => Answer(m, onOrt))];

        Check(Combination.MeanProbabilities, s_members, onOrt, (r, c) => p.Average(m => m[(r * Classes) + c]));
    }

    [Test]
    public void Combine_Weighted_IsTheWeightedMeanAndLeavesOutWeightZero([Values] bool onOrt)
    {
        float[][] p = [.. s_members.Select(m => Answer(m, onOrt))];
        EnsembleMember[] weighted = [s_members[0] with { Weight = 3 }, s_members[1] with { Weight = 0 }, s_members[2] with { Weight = 1 }];

        Check(Combination.MeanProbabilities, weighted, onOrt, (r, c) => (0.75 * p[0][(r * Classes) + c]) + (0.25 * p[2][(r * Classes) + c]));
        Assert.That(Ensemble.Combine("e", weighted, Combination.MeanProbabilities, ModelTask.Classification, 0.5f).Initializers.Count(i => i.Key.EndsWith(".weight", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    [Test]
    public void Combine_MeanOfLogits_IsTheSoftmaxOfTheirMean([Values] bool onOrt)
    {
        // log p is the logits but for a number that is the same for all classes of a row.
        float[][] p = [.. s_members.Select(m => Answer(m, onOrt))];
        double Geometric(int r, int c) => Math.Exp(p.Average(m => Math.Log(m[(r * Classes) + c])));

        Check(Combination.MeanLogits, s_members, onOrt, (r, c) => Geometric(r, c) / Enumerable.Range(0, Classes).Sum(k => Geometric(r, k)));
    }

    [Test]
    public void Combine_MajorityVote_IsTheShareOfVotesAndTheMeanDecidesBetweenEquals([Values] bool onOrt, [Values(2, 3)] int count)
    {
        EnsembleMember[] members = s_members[..count];
        float[][] p = [.. members.Select(m => Answer(m, onOrt))];
        int VoteOf(float[] of, int r) => Array.IndexOf(of[(r * Classes)..((r + 1) * Classes)], of[(r * Classes)..((r + 1) * Classes)].Max());

        Check(Combination.MajorityVote, members, onOrt, (r, c) => (p.Count(m => VoteOf(m, r) == c) + (0.5 * p.Average(m => m[(r * Classes) + c]))) / (count + 0.5));
    }

    [Test]
    public void Combine_ThreeTimesTheSameMember_IsThatMember()
    {
        EnsembleMember same = s_members[0];

        Graph graph = Ensemble.Combine("e", [same, same with { Name = "again" }, same], Combination.MeanLogits, ModelTask.Classification, 0.5f);

        Graph one = Ensemble.Combine("e", [same], Combination.MeanLogits, ModelTask.Classification, 0.5f);
        Assert.That(graph.Nodes.Count(n => n.OpType == "Gemm"), Is.EqualTo(one.Nodes.Count(n => n.OpType == "Gemm")));
        Assert.That(graph.Initializers.Values.Where(t => t.Length > 1).Sum(t => t.ByteLength), Is.EqualTo(one.Initializers.Values.Where(t => t.Length > 1).Sum(t => t.ByteLength)));
    }

    [Test]
    public void Combine_MembersThatShareWhatComesFirst_ComputeItOnce()
    {
        EnsembleMember[] members = [.. s_members.Select(m => m with { Inference = Scaled(m.Inference) })];

        Graph graph = Ensemble.Combine("e", members, Combination.MeanProbabilities, ModelTask.Classification, 0.5f);

        Assert.That(graph.Nodes.Count(n => n.OpType == "Tanh"), Is.EqualTo(1));
    }

    [Test]
    public void Combine_Mirrored_IsTheMeanOfTheImageAndItsMirrorImage([Values] bool onOrt)
    {
        EnsembleMember member = ImageMember();
        Tensor images = Tensor.Zeros(DType.Float, 5, 3, 4);
        Tensor mirrored = Tensor.Zeros(DType.Float, 5, 3, 4);
        for (int i = 0; i < images.Length; i++)
        {
            images.Span<float>()[i] = ((i * 37) % 23) / 23f;
            mirrored.Span<float>()[(i / 4 * 4) + 3 - (i % 4)] = images.Span<float>()[i];
        }

        Graph plain = Ensemble.Combine("e", [member], Combination.MeanProbabilities, ModelTask.Classification, 0.5f);
        float[] one = Run(plain, images, onOrt)[ModelSignature.ProbabilitiesOutput].Span<float>().ToArray();
        float[] other = Run(plain, mirrored, onOrt)[ModelSignature.ProbabilitiesOutput].Span<float>().ToArray();
        Graph both = Ensemble.Combine("e", [member], Combination.MeanProbabilities, ModelTask.Classification, 0.5f, isMirrored: true);

        float[] answers = Run(both, images, onOrt)[ModelSignature.ProbabilitiesOutput].Span<float>().ToArray();

        Assert.That(one, Is.Not.EqualTo(other));
        Assert.That(answers, Is.EqualTo(one.Zip(other, (a, b) => (a + b) / 2)).Within(Tolerance));
        Assert.That(both.Initializers.Values.Count(t => t.Rank == 2), Is.EqualTo(1), "the weights are there once");
    }

    [Test]
    public void Combine_ImageOfNoRank_IsRefused() => Assert.That(
        () => Ensemble.Combine("e", s_members, Combination.MeanProbabilities, ModelTask.Classification, 0.5f, isMirrored: true),
        Throws.TypeOf<AnnealException>().With.Message.Contains("only images [N,C,H,W] or [N,H,W] have a mirror image"));

    [Test]
    public void Combine_MembersOfOtherRows_NamesTheMember()
    {
        TrainingGraphs other = Networks.Mlp(7, [Classes], 0);
        var member = new EnsembleMember("narrow", other.Inference, other.Parameters.ToDictionary(p => p.Name, p => p.Initial));

        Assert.That(
            () => Ensemble.Combine("e", [s_members[0], member], Combination.MeanProbabilities, ModelTask.Classification, 0.5f),
            Throws.TypeOf<AnnealException>().With.Message.Contains("member 'narrow'").And.Message.Contains("it takes x: float[N,7], and the first member x: float[N,8]"));
    }

    [Test]
    public void Combine_Twice_SameBytes()
    {
        static byte[] Bytes() => ModelWriter.ToBytes(Model.Of(Ensemble.Combine("e", s_members, Combination.MajorityVote, ModelTask.Classification, 0.5f)));

        byte[] first = Bytes();

        Assert.That(Bytes(), Is.EqualTo(first));
    }

    [Test]
    public void FitWeights_OfClasses_NoOtherWeightsMakeTheTruthMoreLikely()
    {
        long[] truth = [.. Enumerable.Range(0, Rows).Select(r => (long)(r % Classes))];
        float[][] p = [.. s_members.Select((m, i) => Answer(m, onOrt: false))];
        Answers[] answers = [.. p.Select(s => AnswersOf(ModelTask.Classification, ModelSignature.ProbabilitiesOutput, Tensor.Of<float>([Rows, Classes], s), Tensor.Vector<long>(truth)))];
        double Likelihood(double[] w) => Enumerable.Range(0, Rows).Sum(r => Math.Log(w.Select((v, k) => v * p[k][(r * Classes) + truth[r]]).Sum()));

        double[] weights = EnsembleWeights.Fit(answers);

        Assert.That(weights.Sum(), Is.EqualTo(1).Within(1e-12));
        AssertIsBest(weights, w => -Likelihood(w));
    }

    [Test]
    public void FitWeights_OfNumbers_NoOtherWeightsHaveASmallerSquaredError()
    {
        float[] truth = [.. Enumerable.Range(0, Rows).Select(r => MathF.Sin(r))];
        float[][] y = [.. Enumerable.Range(0, 3).Select(k => truth.Select((t, r) => t + (0.3f * (k + 1) * MathF.Cos((r * (k + 2)) + k))).ToArray())];
        Answers[] answers = [.. y.Select(s => AnswersOf(ModelTask.Regression, ModelSignature.PredictionOutput, Tensor.Of<float>([Rows, 1], s), Tensor.Vector<float>(truth)))];

        double[] weights = EnsembleWeights.Fit(answers);

        Assert.That(weights.Sum(), Is.EqualTo(1).Within(1e-12));
        Assert.That(weights, Has.All.GreaterThan(0));
        AssertIsBest(weights, w => Enumerable.Range(0, Rows).Sum(r => Math.Pow(w.Select((v, k) => v * y[k][r]).Sum() - truth[r], 2)));
    }

    // Both problems are convex: weights that no small shift between two members betters are the best there are.
    private static void AssertIsBest(double[] weights, Func<double[], double> cost)
    {
        double best = cost(weights);
        for (int i = 0; i < weights.Length; i++)
        {
            for (int j = 0; j < weights.Length; j++)
            {
                double[] other = [.. weights];
                double shift = Math.Min(0.01, other[j]);
                other[i] += shift;
                other[j] -= shift;
                Assert.That(cost(other), Is.GreaterThanOrEqualTo(best - 1e-3), $"{shift} from member {j} to {i}");
            }
        }
    }

    private static Answers AnswersOf(ModelTask task, string output, Tensor scores, Tensor truth) =>
        new(task, new Dictionary<string, Tensor> { [output] = scores }, truth, new MetricOptions());

    private static void Check(Combination combination, EnsembleMember[] members, bool onOrt, Func<int, int, double> expected)
    {
        Graph graph = Ensemble.Combine("e", members, combination, ModelTask.Classification, 0.5f);
        IReadOnlyDictionary<string, Tensor> answers = Run(graph, Networks.Rows(Rows, 8, Classes).Features, onOrt);
        float[] p = answers[ModelSignature.ProbabilitiesOutput].Span<float>().ToArray();
        long[] classes = answers[ModelSignature.ClassOutput].Span<long>().ToArray();
        for (int r = 0; r < Rows; r++)
        {
            for (int c = 0; c < Classes; c++)
            {
                Assert.That(p[(r * Classes) + c], Is.EqualTo(expected(r, c)).Within(Tolerance), $"row {r}, class {c}");
            }

            Assert.That(classes[r], Is.EqualTo(Enumerable.Range(0, Classes).MaxBy(c => expected(r, c))), $"row {r}");
        }
    }

    private static float[] Answer(EnsembleMember member, bool onOrt) =>
        Run(Ensemble.Combine("one", [member], Combination.MeanProbabilities, ModelTask.Classification, 0.5f), Networks.Rows(Rows, 8, Classes).Features, onOrt)[ModelSignature.ProbabilitiesOutput]
            .Span<float>().ToArray();

    private static Dictionary<string, Tensor> Run(Graph graph, Tensor rows, bool onOrt)
    {
        using var simd = new SimdRunner(1);
        IGraphRunner runner = onOrt ? new OrtRunner(new OrtOptions { Threads = 1 }) : simd;
        using IGraphSession session = runner.Open(Model.Of(graph), []);
        var fetches = new Tensor?[session.Fetches.Count];
        session.Run([rows], fetches);
        return session.Fetches.Select((f, i) => (f.Name, fetches[i]!)).ToDictionary(f => f.Name, f => f.Item2);
    }

    private static EnsembleMember Member(ulong seed)
    {
        TrainingGraphs graphs = Networks.Mlp(8, [6, Classes], 0, seed: seed);
        return new EnsembleMember($"seed {seed}", graphs.Inference, graphs.Parameters.ToDictionary(p => p.Name, p => p.Initial));
    }

    // The same model behind a nonlinearity on the raw rows.
    private static Graph Scaled(Graph graph)
    {
        var g = new GraphBuilder("scaled");
        Dictionary<string, Value> inputs = graph.Inputs.ToDictionary(i => i.Name, i => g.Input(i.Name, i.Type));
        inputs[Networks.Input] = g.Node("Tanh", [inputs[Networks.Input]]);
        foreach ((string name, Value value) in g.Splice(graph, inputs))
        {
            g.Output(value, name);
        }

        return g.Build();
    }

    private static EnsembleMember ImageMember()
    {
        var g = new GraphBuilder("images");
        Value x = g.Input("image", TensorType.Of(DType.Float, Dim.Of("N"), 3, 4));
        Value w = g.Input("w", TensorType.Of(DType.Float, 12, Classes));
        Value p = g.Node("Softmax", [g.Gemm(g.Node("Flatten", [x], Attributes.Of(("axis", 1L))), w)], Attributes.Of(("axis", -1L)));
        g.Output(g.Node("ArgMax", [p], Attributes.Of(("axis", 1L), ("keepdims", 0L))), ModelSignature.ClassOutput);
        g.Output(p, ModelSignature.ProbabilitiesOutput);
        return new EnsembleMember("images", g.Build(), new Dictionary<string, Tensor> { ["w"] = Tensor.Of<float>([12, Classes], [.. Enumerable.Range(0, 48).Select(i => MathF.Sin(i))]) });
    }
}
