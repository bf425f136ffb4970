using Anneal.Exporter;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Tests.Cases;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Onnx;

/// <summary>What a run writes is accepted by ONNX's own checker.</summary>
internal sealed class PythonCheckerTests
{
    private static IEnumerable<Optimizer> Optimizers() => [Optimizer.Sgd(), Optimizer.Momentum(), Optimizer.Adam()];

    [TestCaseSource(nameof(Optimizers))]
    public void Step_OfEveryOptimizer_IsAccepted(Optimizer optimizer) => Check(Networks.Mlp(20, [15, 10, 4], 0.3f, optimizer).Step);

    [TestCaseSource(nameof(Optimizers))]
    public void TrainingModel_OfEveryOptimizer_IsAccepted(Optimizer optimizer)
    {
        Model model = TrainingModel.Of(Networks.Mlp(20, [15, 10, 4], 0.3f, optimizer));

        Assert.That(model.Training, Has.Length.EqualTo(1));
        Check(model);
    }

    [Test]
    public void Deployable_OfPerceptron_IsAccepted()
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 10, 4], 0.3f);
        Check(Deployable.Build(
            "small",
            graphs.Inference,
            graphs.Parameters.ToDictionary(p => p.Name, p => p.Initial),
            new ModelSignature { Task = ModelTask.Classification, Classes = ["a", "b", "c", "d"] },
            new Dictionary<string, string> { ["made"] = "in a test" }));
    }

    private static void Check(Model model)
    {
        using var folder = new Folder();
        ModelWriter.Write(model, folder["model.onnx"]);
        PythonChecker.Check(folder["model.onnx"]);
    }
}
