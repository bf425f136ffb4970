using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Conformance;
using Anneal.Serving;
using Anneal.Tests.Onnx;
using Anneal.Tests.Pipeline.Commands;
using Anneal.Trainer.Execution;

namespace Anneal.Tests.Pipeline.Conformance;

public sealed class OnnxSuiteTests
{
    private const string Data = "/usr/include/onnx/backend/test/data";
    private const int LeastPassed = 900;

    [Test]
    public void Run_OnnxOwnCasesOnSimd_NoneFails()
    {
        using var runner = new SimdRunner(2);
        Check(runner);
    }

    [Test]
    public void Run_OnnxOwnCasesOnOnnxRuntime_NoneFails() => Check(new OrtRunner(new OrtOptions { Threads = 1 }));

    [Test]
    public void Run_RightWrongAndUnknown_AreTold()
    {
        using var folder = new Folder();
        Write(folder.Path, "right", "Relu", 3);
        Write(folder.Path, "sub/wrong", "Relu", 3.5f);
        Write(folder.Path, "unknown", "Det", 3);
        using var runner = new SimdRunner(1);

        OnnxSuiteReport report = new OnnxSuite(runner).Run(folder.Path, CancellationToken.None);

        Assert.That((report.Passed, report.Failed), Is.EqualTo((1, 1)));
        Assert.That(report.Unsupported, Is.EqualTo(new Dictionary<string, int> { ["Det"] = 1 }));
        Assert.That(report.Failures.Single(), Is.EqualTo(new OnnxCaseFailure(Path.Combine("sub", "wrong"), "test_data_set_0, output 0: element 1 is 3, expected 3.5")));
    }

    [Test]
    public void Command_CaseFails_ExitsWithOneAndJson()
    {
        using var folder = new Folder();
        Write(folder.Path, "wrong", "Relu", 3.5f);

        Tool tool = Tool.Run("test-onnx", folder.Path, "--json");

        Assert.That(tool.ExitCode, Is.EqualTo((int)ExitCode.GateFailed));
        Assert.That(tool.Json.GetProperty("failed").GetInt32(), Is.EqualTo(1));
        Assert.That(tool.Json.GetProperty("failures")[0].GetProperty("case").GetString(), Is.EqualTo("wrong"));
        Assert.That(tool.Json.GetProperty("unsupported").EnumerateObject(), Is.Empty);
    }

    [Test]
    public void Run_NoCase_IsAnError()
    {
        using var folder = new Folder();
        using var runner = new SimdRunner(1);

        Assert.That(
            () => new OnnxSuite(runner).Run(folder.Path, CancellationToken.None),
            Throws.TypeOf<AnnealException>().With.Message.Contains("no model.onnx at any depth"));
    }

    private static void Check(IGraphRunner runner)
    {
        if (!Directory.Exists(Data))
        {
            Assert.Ignore("Debian's package libonnx-testdata is not installed");
        }

        OnnxSuiteReport report = new OnnxSuite(runner).Run(Data, CancellationToken.None);

        Assert.That(report.Failures, Is.Empty);
        Assert.That(report.Passed, Is.GreaterThanOrEqualTo(LeastPassed));
    }

    private static void Write(string folder, string name, string op, float last)
    {
        string set = Directory.CreateDirectory(Path.Combine(folder, name, "test_data_set_0")).FullName;
        var graph = new Graph(
            "g",
            [new ValueInfo("x", TensorType.Of(DType.Float, 2))],
            [new ValueInfo("y", TensorType.Of(DType.Float, 2))],
            Graph.NoInitializers,
            [SmallGraph.Node("n", op, ["x"], ["y"])],
            Graph.NoValues);
        File.WriteAllBytes(Path.Combine(folder, name, "model.onnx"), ModelWriter.ToBytes(SmallGraph.Model(graph)));
        File.WriteAllBytes(Path.Combine(set, "input_0.pb"), TensorFormat.ToBytes(Tensor.Vector(-1f, 3)));
        File.WriteAllBytes(Path.Combine(set, "output_0.pb"), TensorFormat.ToBytes(Tensor.Vector(0f, last)));
    }
}
