using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Trainer.Models.Import;
using Google.Protobuf;

namespace Anneal.Tests.Models;

/// <summary>A file that skl2onnx writes: maps leave as tables, both engines agree, and its coefficients are weights.</summary>
internal sealed class SklearnImportTests
{
    private const int Features = 5;

    [TestCase(2)]
    [TestCase(3)]
    public void Read_ZipMapAsAnOutput_IsTheTableBeforeItOnBothEngines(int classes)
    {
        using var folder = new TempFolder();
        string path = folder["sklearn.onnx"];
        File.WriteAllBytes(path, SklearnModel.Bytes(Features, classes, 0.5f, 2));
        Tensor rows = Tensor.Of<float>([7, Features], [.. Sample.Real([7, Features]).Span<double>().ToArray().Select(v => (float)v)]);

        Model model = ModelReader.Read(path);
        using OrtModel ort = OrtModel.Open(path, new OrtOptions { Threads = 1 });
        Tensor[] theirs = ort.Run(rows);
        IReadOnlyDictionary<string, Tensor> ours = GraphEvaluator.Run(model.Graph, new Dictionary<string, Tensor> { ["float_input"] = rows });

        Assert.That(model.Graph.Outputs.Select(o => o.Name), Is.EqualTo(new[] { "output_label", "output_probability" }));
        Assert.That(model.Graph.Outputs[1].Type.ToString(), Is.EqualTo(FormattableString.Invariant($"float[?,{classes}]")));
        Assert.That(model.Metadata[Model.MapsKey], Is.EqualTo("output_probability"));
        Assert.That(ours["output_label"].Span<long>().ToArray(), Is.EqualTo(theirs[0].Span<long>().ToArray()));
        Compare.Close(ours["output_probability"], theirs[1], 1e-6, "probabilities");
    }

    [TestCase(2)]
    [TestCase(3)]
    public void Find_LinearClassifier_TrainsItsCoefficientsAndNotTheScaling(int classes)
    {
        Model source = ModelReader.Read(SklearnModel.Bytes(Features, classes, 0.5f, 2));

        ImportedModel model = CoreFinder.Find(source, new ImportRequest());

        Assert.That(model.Weights.Select(w => (w.Name, w.Decays)), Is.EqualTo(new[] { (SklearnModel.Coefficients, true), ("LinearClassifier/intercepts", false) }));
        Assert.That(model.Core.Nodes.Select(n => n.OpType), Is.EqualTo(new[] { "Sub", "Mul", "MatMul", "Add" }));
        Assert.That(Trainability.Errors(model, _ => false), Is.Empty);
        Assert.That(Trainability.Notes(model), Has.One.StartsWith("'output_probability': maps from label to number in the file (ZipMap)"));
        Tensor rows = Tensor.Of<float>([7, Features], [.. Sample.Real([7, Features]).Span<double>().ToArray().Select(v => (float)v)]);
        var feeds = new Dictionary<string, Tensor> { ["float_input"] = rows };
        IReadOnlyDictionary<string, Tensor> before = GraphEvaluator.Run(source.Graph, feeds);
        IReadOnlyDictionary<string, Tensor> after = GraphEvaluator.Run(model.Source.Graph, feeds);
        Compare.Close(after["output_probability"], before["output_probability"], 1e-6, "probabilities");
        Compare.Same(after["output_label"], before["output_label"], "labels");
        if (classes == 2)
        {
            Assert.That(model.Source.Graph.Nodes.Select(n => n.OpType), Does.Contain("Softmax").And.Not.Contain("Sigmoid"), "two logistic scores of opposite sign are a softmax");
        }
    }

    [Test]
    public void Read_ZipMapThatANodeReads_IsRefusedByName()
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(SklearnModel.Bytes(Features, 2, 0, 1));
        proto.Graph.Node.Add(new NodeProto { Name = "use", OpType = "Identity", Input = { "output_probability" }, Output = { "copy" } });
        proto.Graph.Output.RemoveAt(1);

        Assert.That(
            () => ModelReader.Read(proto.ToByteArray()),
            Throws.TypeOf<AnnealException>().With.Message.Contains("not supported: op ZipMap (domain ai.onnx.ml, version 3), node 'ZipMap'"));
    }
}
