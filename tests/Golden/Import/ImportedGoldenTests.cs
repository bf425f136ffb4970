using System.Globalization;
using System.Text.Json;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Models.Import;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Golden.Import;

/// <summary>A model that PyTorch exported answers as it did there, and trains on as PyTorch trains it.</summary>
internal sealed class ImportedGoldenTests
{
    // Float32 against PyTorch's float64; the first steps are nearer, later ones carry what came before.
    private const double Tolerance = 2e-5;

    private readonly ImportedGolden _golden = new();

    [Test]
    public void Find_WeightsOfTheFile_AreAllOfThemUnderTheirNames()
    {
        ImportedModel model = CoreFinder.Find(_golden.Model(), new ImportRequest());

        Assert.That(model.Weights.Select(w => w.Name), Is.EquivalentTo(_golden.Initializers.Where(i => !i.Contains("running", StringComparison.Ordinal))));
        Assert.That(model.Statistics, Is.EqualTo(new[] { "norm1.running_mean", "norm1.running_var" }));
        Assert.That(model.Core.Inputs[0].Name, Is.EqualTo(_golden.Input));
        Assert.That(model.Core.Outputs[0].Name, Is.EqualTo(_golden.Output));
        Assert.That(Trainability.Errors(model, _ => false), Is.Empty);
        Assert.That(model.Core.Nodes.Select(n => n.OpType), Does.Not.Contain("Shape"), "the batch's size is no longer asked for");
    }

    [Test]
    public void Core_OnBothEngines_AnswersAsPyTorchDid()
    {
        using var folder = new TempFolder();
        string path = folder["torch.onnx"];
        _golden.Write(path);
        TrainingGraphs graphs = Graphs(Optimizer.Sgd(), [], head: false);
        using var simd = new SimdRunner(2);
        Tensor features = _golden.Features(0);

        using IGraphSession session = simd.Open(Model.Of(graphs.Inference), graphs.EvaluationState());
        var fetched = new Tensor?[session.Fetches.Count];
        session.Run([features], fetched);
        Tensor probabilities = fetched[session.Fetches.Select(f => f.Name).ToList().IndexOf(ModelSignature.ProbabilitiesOutput)]!;
        using OrtModel ort = OrtModel.Open(path, new OrtOptions { Threads = 1 });
        Tensor scores = ort.Run(features).Single();

        double[] expected = _golden.Scores;
        double sum = expected.Sum(Math.Exp);
        for (int c = 0; c < expected.Length; c++)
        {
            Assert.That(scores.Span<float>()[c], Is.EqualTo(expected[c]).Within(1e-5), "ONNX Runtime on the file");
            Assert.That(probabilities.Span<float>()[c], Is.EqualTo(Math.Exp(expected[c]) / sum).Within(1e-6), "our engine on the part that is trained");
        }
    }

    [TestCaseSource(typeof(ImportedGolden), nameof(ImportedGolden.Runs))]
    public void Losses_OfTheFirstTenSteps_EqualPyTorchs(string name)
    {
        JsonElement run = _golden.Run(name);
        string[] frozen = [.. run.GetProperty("frozen").EnumerateArray().Select(f => f.GetString()!)];
        bool head = run.GetProperty("head").GetBoolean();
        TrainingGraphs graphs = Graphs(GoldenRun.Optimizers[run.GetProperty("optimizer").GetString()!], frozen, head);
        using var runner = new SimdRunner(2);
        using IGraphSession session = runner.Open(graphs.Step, graphs.StepState());
        if (head)
        {
            (Tensor weight, Tensor bias) = _golden.Head();
            session.WriteState("head.dense1.weight", weight);
            session.WriteState("head.dense1.bias", bias);
        }

        int step = 0;
        foreach (double expected in run.GetProperty("losses").EnumerateArray().Select(l => l.GetDouble()))
        {
            Assert.That(Loss(session, graphs, step++, run.GetProperty("rate").GetSingle()), Is.EqualTo(expected).Within(Tolerance * expected), string.Create(CultureInfo.InvariantCulture, $"step {step}"));
        }

        Assert.That(step, Is.EqualTo(10));
    }

    [Test]
    public void Step_OfFrozenNorm_KeepsItsAverages()
    {
        TrainingGraphs graphs = Graphs(Optimizer.Sgd(), ["conv1", "norm1"], head: false);

        string[] replaced = [.. graphs.StepState().Where(s => s.Output.Length > 0).Select(s => s.Input)];

        Assert.That(replaced, Is.EquivalentTo(new[] { "conv2.weight", "conv2.bias", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias" }));
        Assert.That(Graphs(Optimizer.Sgd(), [], head: false).StepState().Where(s => s.Output.Length > 0).Select(s => s.Input), Does.Contain("norm1.running_mean"));
    }

    private float Loss(IGraphSession session, TrainingGraphs graphs, int step, float rate)
    {
        var fetched = new Tensor?[session.Fetches.Count];
        session.Run([.. session.Feeds.Select(f => f.Name switch
        {
            TrainingGraphs.TargetInput => _golden.Target(step, graphs.Target.Outputs),
            TrainingGraphs.RateInput => Tensor.Scalar(rate),
            TrainingGraphs.StepInput => Tensor.Scalar(step + 1L),
            _ => _golden.Features(step),
        })], fetched);
        return fetched[session.Fetches.Select(f => f.Name).ToList().IndexOf(TrainingGraphs.LossOutput)]!.Span<float>()[0];
    }

    private TrainingGraphs Graphs(Optimizer optimizer, string[] frozen, bool head)
    {
        ImportedModel model = CoreFinder.Find(_golden.Model(), new ImportRequest { ReplacesHead = head });
        var g = new GraphBuilder("rows");
        g.Output(g.Input("x", TensorType.Of(DType.Float, [Dim.Of("N"), .. _golden.Shape.Select(Dim.Of)])), "x");
        Graph rows = g.Build();
        int classes = head ? _golden.Classes : 10;
        Layer[] last = head ? [new Layer.Dense("head.dense1", Origin.None, classes, Activation.Linear, true, Initializer.Auto)] : [];
        var update = new UpdateSettings(optimizer) { Freezing = [.. frozen.Select(f => new FreezeRule(f + ".*", Origin.None, IsFrozen: true))] };
        return TrainingGraphs.Build(
            new Network([new Layer.Imported("imported", Origin.None, model), .. last]), rows, rows, new TargetSpec(LearningTask.Classification, classes), update, seed: 1);
    }
}
