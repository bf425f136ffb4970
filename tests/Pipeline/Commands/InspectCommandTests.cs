using System.Text.Json;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Pipeline.Config;

namespace Anneal.Tests.Pipeline.Commands;

[Parallelizable(ParallelScope.Self)]
internal sealed class InspectCommandTests
{
    private string _folder = "";

    [OneTimeSetUp]
    public void Write()
    {
        _folder = Directory.CreateTempSubdirectory("anneal-inspect-").FullName;
        var g = new GraphBuilder("small");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 3));
        Value bias = g.Constant(Tensor.Vector(1f, 2f, 3f));
        g.Output(g.Node("Relu", [g.Add(x, bias)]), "y");
        Model model = Model.Of(g.Build());
        ModelWriter.Write(model with { Metadata = model.Metadata.Add("made", "in a test") }, Path.Combine(_folder, "small.onnx"));
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Inspect_Model_ShowsSignatureOpsAndParameters()
    {
        Tool tool = Tool.RunIn(_folder, "inspect", "small.onnx", "--json");

        JsonElement report = tool.Json;
        Assert.That(report.GetProperty("parameters").GetInt64(), Is.EqualTo(3));
        Assert.That(report.GetProperty("inputs")[0].GetProperty("type").GetString(), Is.EqualTo("float[N,3]"));
        Assert.That(report.GetProperty("outputs")[0].GetProperty("name").GetString(), Is.EqualTo("y"));
        Assert.That(report.GetProperty("ops").GetProperty("Relu").GetInt32(), Is.EqualTo(1));
        Assert.That(report.GetProperty("metadata").GetProperty("made").GetString(), Is.EqualTo("in a test"));
        Assert.That(report.GetProperty("opsets").GetProperty("ai.onnx").GetInt32(), Is.EqualTo(18));
        Assert.That(tool.Error, Does.Contain("float[N,3]"));
        Assert.That(tool.ExitCode, Is.Zero);
    }

    [Test]
    public void Inspect_Graph_PrintsIt()
    {
        Tool tool = Tool.RunIn(_folder, "inspect", "small.onnx", "--graph");

        Assert.That(tool.Output, Does.Contain("Relu("));
        Assert.That(tool.Output, Does.Contain("graph small"));
    }

    [Test]
    public void Inspect_Plan_MeasuresEveryNode()
    {
        Tool tool = Tool.RunIn(_folder, "inspect", "small.onnx", "--plan", "--batch", "8", "--threads", "1", "--json");

        JsonElement plan = tool.Json.GetProperty("plan");
        JsonElement[] steps = [.. plan.GetProperty("steps").EnumerateArray()];
        Assert.That(steps.Select(s => s.GetProperty("op").GetString()), Is.EqualTo(new[] { "Add", "Relu" }));
        Assert.That(steps[0].GetProperty("output").GetString(), Is.EqualTo("float[8,3]"));
        Assert.That(steps[0].GetProperty("bytes").GetInt64(), Is.EqualTo(4 * (24 + 3 + 24)));
        Assert.That(steps.Sum(s => s.GetProperty("ms").GetDouble()), Is.EqualTo(plan.GetProperty("ms").GetDouble()).Within(1e-9).And.Positive);
        Assert.That(plan.GetProperty("peak_gflops").GetDouble(), Is.Positive);
        Assert.That(plan.GetProperty("read_gb_per_s").GetDouble(), Is.Positive);
        Assert.That(plan.GetProperty("write_gb_per_s").GetDouble(), Is.Positive);
        Assert.That(steps.Select(s => s.GetProperty("limit").GetString()), Is.All.EqualTo("memory"));
        Assert.That(plan.GetProperty("ops").EnumerateArray().Select(o => o.GetProperty("name").GetString()), Is.EquivalentTo(new[] { "Add", "Relu" }));
        Assert.That(plan.GetProperty("step_ms").GetDouble(), Is.Positive);
        Assert.That(tool.Error, Does.Contain("memory read at"));
    }

    [Test]
    public void Inspect_Pipeline_ShowsItsLayersBeforeTraining()
    {
        File.WriteAllText(Path.Combine(_folder, "pipelines.yaml"), ConfigText.Smallest);

        Tool tool = Tool.RunIn(_folder, "inspect", "--pipeline", "digits", "--set", "model.mlp.units=[20]", "--batch", "3", "--json");

        JsonElement layers = tool.Json.GetProperty("layers");
        Assert.That(layers.GetProperty("multiply_adds").GetInt64(), Is.EqualTo(3 * ((784 * 20) + (20 * 10))));
        JsonElement dense = layers.GetProperty("layers").EnumerateArray().Single(l => l.GetProperty("name").GetString() == "dense1");
        Assert.That(dense.GetProperty("parameters").GetInt64(), Is.EqualTo(785 * 20));
        Assert.That(dense.GetProperty("output").GetString(), Is.EqualTo("float[3,20]"));
        Assert.That(tool.Error, Does.Contain("47,640 multiply-adds"));
        Assert.That(tool.ExitCode, Is.Zero);
    }

    [TestCase("neither a model's file nor --pipeline given. hint: anneal inspect model.onnx, or anneal inspect --pipeline NAME")]
    [TestCase("both a model's file and --pipeline given", "small.onnx", "--pipeline", "digits")]
    public void Inspect_NotOneModel_ExitsWithTwo(string message, params string[] arguments)
    {
        Tool tool = Tool.RunIn(_folder, ["inspect", .. arguments]);

        Assert.That(tool.Error, Does.StartWith(message));
        Assert.That(tool.ExitCode, Is.EqualTo(2));
    }

    [TestCase("missing.onnx", "missing.onnx → the file cannot be read")]
    [TestCase("text.onnx", "text.onnx → ")]
    public void Inspect_BadFile_ExitsWithThreeAndNamesIt(string name, string message)
    {
        File.WriteAllText(Path.Combine(_folder, "text.onnx"), "this is no model");

        Tool tool = Tool.RunIn(_folder, "inspect", name, "--json");

        Assert.That(tool.Json.GetProperty("error").GetProperty("message").GetString(), Does.StartWith(message));
        Assert.That(tool.Error, Does.StartWith(message));
        Assert.That(tool.ExitCode, Is.EqualTo(3));
    }
}
