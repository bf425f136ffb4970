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

    [Test]
    public void Build_ColumnsAsOneTensor_AnswersAsWithAnInputForEach()
    {
        ModelSignature columns = new() { Task = ModelTask.Regression, Inputs = [new("a", ["a"]), new("b", ["b"])] };
        ModelSignature tensor = columns with { Inputs = [new("features", ["b", "a"])] };
        var read = new Dictionary<string, Tensor> { ["a"] = Tensor.Of<float>([3, 1], [1, 2, 3]), ["b"] = Tensor.Of<float>([3, 1], [10, 20, 30]) };
        var g = new GraphBuilder("inference");
        Value a = g.Input("a", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        g.Output(g.Sub(a, g.Input("b", a.Type)), ModelSignature.PredictionOutput);
        Model joined = Deployable.Build("g", g.Build(), new Dictionary<string, Tensor>(), tensor, new Dictionary<string, string>());

        Assert.That(joined.Graph.Inputs.Select(i => i.ToString()), Is.EqualTo(new[] { "features: float[N,2]" }));
        Assert.That(Answer(joined, RawRows.Feeds(tensor, read)).Span<float>().ToArray(), Is.EqualTo(new[] { -9f, -18, -27 }));
        Assert.That(RawRows.Feeds(columns, read), Is.SameAs(read));
    }

    [Test]
    public void Build_ColumnsOfSeveralTypesAsOneTensor_IsRefusedByName()
    {
        var g = new GraphBuilder("inference");
        Value a = g.Input("a", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        g.Input("b", TensorType.Of(DType.String, Dim.Of("N"), 1));
        g.Output(a, ModelSignature.PredictionOutput);

        Assert.That(
            () => Deployable.Build("g", g.Build(), new Dictionary<string, Tensor>(), new() { Task = ModelTask.Regression, Inputs = [new("x", ["a", "b"])] }, new Dictionary<string, string>()),
            Throws.TypeOf<AnnealException>().With.Message.Contains("column 'a' is float and column 'b' string"));
    }

    [TestCase(ImageLayout.Nchw, new[] { 2, 3, 4, 5 })]
    [TestCase(ImageLayout.Nhwc, new[] { 2, 4, 5, 3 })]
    public void Build_ImagesInALayout_AnswersAsAsRead(ImageLayout layout, int[] shape) => CheckLayout([2, 3, 4, 5], layout, shape);

    [TestCase(ImageLayout.Nchw, new[] { 2, 1, 4, 5 })]
    [TestCase(ImageLayout.Nhwc, new[] { 2, 4, 5, 1 })]
    public void Build_GreyImagesInALayout_GetAChannel(ImageLayout layout, int[] shape) => CheckLayout([2, 4, 5], layout, shape);

    [Test]
    public void Build_NormBehindAConvolution_IsFoldedIntoItsWeights()
    {
        var g = new GraphBuilder("inference");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 1, 3, 3));
        Value w = g.Input("w", TensorType.Of(DType.Float, 2, 1, 3, 3));
        Value ones = g.Constant(Tensor.Vector(1f, 2));
        g.Output(g.Node("BatchNormalization", [g.Node("Conv", [x, w]), ones, ones, ones, ones]), ModelSignature.PredictionOutput);

        Model model = Deployable.Build("g", g.Build(), new Dictionary<string, Tensor> { ["w"] = Tensor.Zeros(DType.Float, 2, 1, 3, 3) }, new() { Task = ModelTask.Regression }, new Dictionary<string, string>());

        Assert.That(model.Graph.Nodes.Select(n => n.OpType), Is.EqualTo(new[] { "Conv", "Identity" }));
    }

    private static void CheckLayout(int[] read, ImageLayout layout, int[] shape)
    {
        Tensor images = Tensor.Of<byte>(read, [.. Enumerable.Range(0, Tensor.LengthOf(read)).Select(i => (byte)i)]);
        var g = new GraphBuilder("inference");
        Value x = g.Input("input", TensorType.Of(DType.UInt8, [Dim.Of("N"), .. read[1..].Select(s => Dim.Of(s))]));
        g.Output(g.Cast(x, DType.Float), ModelSignature.PredictionOutput);
        var signature = new ModelSignature { Task = ModelTask.Regression, Layout = layout };
        Model model = Deployable.Build("g", g.Build(), new Dictionary<string, Tensor>(), signature, new Dictionary<string, string>());
        IReadOnlyDictionary<string, Tensor> feeds = RawRows.Feeds(signature, new Dictionary<string, Tensor> { ["input"] = images });

        Assert.That(feeds["input"].Shape.ToArray(), Is.EqualTo(shape));
        Assert.That(model.Graph.Inputs[0].Type.Shape!.Value.Dims.Skip(1).Select(d => d.Size), Is.EqualTo(shape[1..]));
        Assert.That(Answer(model, feeds).Span<float>().ToArray(), Is.EqualTo(images.Span<byte>().ToArray().Select(v => (float)v)));
    }

    private static Tensor Answer(Model model, IReadOnlyDictionary<string, Tensor> feeds)
    {
        using var session = new OrtRunner(new OrtOptions { Threads = 1 }).Open(model, []);
        var answers = new Tensor?[session.Fetches.Count];
        session.Run([.. session.Feeds.Select(f => feeds[f.Name])], answers);
        return answers[0]!.Clone();
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
