using System.Globalization;
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

    // Of the ops that have a kernel: pools and convolutions over three dimensions, ops on optional values and sequences, branches that depend on data, random numbers of another
    // generator, and half precision. The counts are those of libonnx-testdata 1.12.
    private const string Unsupported = """
        AveragePool 4, Bernoulli 3, BlackmanWindow 2, Compress 4, ConcatFromSequence 2, Constant 6, Conv 7, ConvTranspose 1, DFT 3, Det 2, Dropout 6,
        GridSample 8, HammingWindow 2, HannWindow 2, Identity 2, If 3, Loop 11, Max 1, MaxPool 4, MaxUnpool 2, MelWeightMatrix 1, Min 1, Mod 1,
        NonMaxSuppression 9, OptionalGetElement 2, OptionalHasElement 2, QLinearConv 1, QLinearMatMul 2, RandomUniformLike 3, ReverseSequence 2, RoiAlign 2,
        STFT 2, Scan 2, SequenceAt 4, SequenceConstruct 4, SequenceEmpty 7, SequenceErase 2, SequenceInsert 4, SequenceLength 8, SequenceMap 6,
        SplitToSequence 3, StringNormalizer 12, TfIdfVectorizer 7, Unique 5
        """;

    // What ONNX Runtime's CPU kernels leave out besides, in place of the counts above.
    private const string OtherInOnnxRuntime = "BitShift 2, GRU 1, LSTM 1, Max 2, Min 2, Mod 0, Pow 2, RNN 1, Resize 2";

    [Test]
    public void Run_OnnxOwnCasesOnSimd_NoneFails()
    {
        using var runner = new SimdRunner(2);
        Check(runner, passed: 935, Counts(Unsupported));
    }

    [Test]
    public void Run_OnnxOwnCasesOnOnnxRuntime_NoneFails()
    {
        Dictionary<string, int> unsupported = Counts(Unsupported);
        foreach ((string op, int count) in Counts(OtherInOnnxRuntime))
        {
            unsupported[op] = count;
        }

        Check(new OrtRunner(new OrtOptions { Threads = 1 }), passed: 925, unsupported);
    }

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

    private static Dictionary<string, int> Counts(string text) => text.ReplaceLineEndings(" ").Split(',', StringSplitOptions.TrimEntries)
        .Select(t => t.Split(' ')).ToDictionary(t => t[0], t => int.Parse(t[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static void Check(IGraphRunner runner, int passed, Dictionary<string, int> unsupported)
    {
        if (!Directory.Exists(Data))
        {
            Assert.Ignore("Debian's package libonnx-testdata is not installed");
        }

        OnnxSuiteReport report = new OnnxSuite(runner).Run(Data, CancellationToken.None);

        Assert.That(report.Failures, Is.Empty);
        Assert.That(report.Unsupported, Is.EquivalentTo(unsupported.Where(u => u.Value > 0)));
        Assert.That(report.Passed, Is.EqualTo(passed));
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
