using Anneal.Exporter;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Exporter;

internal sealed class DeployableTests
{
    private static readonly string[] s_names = ["ash", "birch", "cedar", "oak"];

    [Test]
    public void Build_TrainedWithDropout_HasStandardOpsAloneAndDynamicBatch()
    {
        Model model = Build(s_names);

        Assert.That(model.Graph.Nodes.Select(n => n.Domain), Is.All.EqualTo("").Or.EqualTo("ai.onnx.ml"));
        Assert.That(model.Graph.Nodes.Select(n => n.OpType), Has.None.Contains("Dropout"));
        Assert.That(model.Functions, Is.Empty);
        Assert.That(model.Opsets[""], Is.EqualTo(18));
        Assert.That(model.Graph.Inputs.Select(i => i.ToString()), Is.EqualTo(new[] { "x: float[N,20]" }));
        Assert.That(model.Graph.Outputs.Select(o => o.ToString()), Is.EqualTo(new[] { "label: string[N]", "class: int64[N]", "probabilities: float[N,4]" }));
    }

    [Test]
    public void Build_Metadata_HoldsWhatIsGivenAndTheSignature()
    {
        Model model = ModelReader.Read(ModelWriter.ToBytes(Build(s_names)));

        Assert.That(model.Metadata["anneal.pipeline"], Is.EqualTo("trees"));
        ModelSignature signature = ModelSignature.Find(model.Metadata)!;
        Assert.That(signature.Classes, Is.EqualTo(s_names));
        Assert.That(signature.Task, Is.EqualTo(ModelTask.Classification));
    }

    [Test]
    public void Build_Twice_SameBytes()
    {
        byte[] first = ModelWriter.ToBytes(Build(s_names));

        Assert.That(ModelWriter.ToBytes(Build(s_names)), Is.EqualTo(first));
    }

    [TestCase(1)]
    [TestCase(9)]
    public void Run_InOnnxRuntime_AnswersClassLabelAndProbabilities(int rows)
    {
        using var session = new OrtRunner(new OrtOptions { Threads = 1 }).Open(Build(s_names), []);
        (Tensor features, _) = Networks.Rows(rows, 20, 4);
        var answers = new Tensor?[3];

        session.Run([features], answers);

        long[] classes = answers[1]!.Span<long>().ToArray();
        float[] probabilities = answers[2]!.Span<float>().ToArray();
        Assert.That(answers[0]!.Strings, Is.EqualTo(classes.Select(c => s_names[c])));
        for (int r = 0; r < rows; r++)
        {
            float[] row = probabilities[(4 * r)..(4 * (r + 1))];
            Assert.That(row.Sum(), Is.EqualTo(1).Within(1e-6));
            Assert.That(classes[r], Is.EqualTo(Array.IndexOf(row, row.Max())));
        }
    }

    [Test]
    public void Build_WithoutNames_LabelIsTheClassNumber()
    {
        using var session = new OrtRunner(new OrtOptions { Threads = 1 }).Open(Build([]), []);
        var answers = new Tensor?[3];

        session.Run([Networks.Rows(5, 20, 4).Features], answers);

        Compare.Same(answers[0], answers[1], "label and class");
    }

    [Test]
    public void Build_OpOfOurOwn_IsRefusedByName()
    {
        var g = new GraphBuilder("inference");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 2));
        g.Output(g.Node("GemmRelu", [x, g.Constant(Tensor.Of<float>([2, 1], [1, 2])), g.Constant(Tensor.Vector(1f))], domain: Model.AnnealDomain), "prediction");

        AnnealException? error = Assert.Throws<AnnealException>(() => Deployable.Build(
            "g", g.Build(), new Dictionary<string, Tensor>(), new ModelSignature { Task = ModelTask.Regression }, new Dictionary<string, string>()));

        Assert.That(error!.Message, Does.Contain("op GemmRelu (domain ai.anneal) is not one of ONNX's own"));
    }

    internal static Model Build(string[] names)
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 10, 4], 0.3f);
        return Deployable.Build(
            "trees",
            graphs.Inference,
            graphs.Parameters.ToDictionary(p => p.Name, p => p.Initial),
            new ModelSignature { Task = ModelTask.Classification, Classes = [.. names] },
            new Dictionary<string, string> { ["anneal.pipeline"] = "trees" });
    }
}
