using System.Text.Json;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Profiles;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Serving.Comparing;

/// <summary>validate on rows alone: two files, two engines, two batch sizes, and drift.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class ModelComparisonTests
{
    private readonly TempFolder _folder = new();

    [OneTimeSetUp]
    public void Write()
    {
        ModelWriter.Write(Models.Scores(0, 0, 0), _folder["scores.onnx"]);
        ModelWriter.Write(Models.Scores(0, 0.25f, 0), _folder["other.onnx"]);
        ModelWriter.Write(Models.Rows(), _folder["rows.onnx"]);
        ModelWriter.Write(WithProfile(), _folder["profiled.onnx"]);
        // Rows 0 and 2 are decided otherwise once the second score grows by 1/4.
        Npy("rows.npy", [4, 3], 0.5f, 0.375f, 0, 0.75f, 0.25f, 0, 0.5f, 0.5f, 0.0625f, 0, 0.5f, 1);
        Npy("nan.npy", [3, 3], 0, 1, 2, float.NaN, 0, 0, 1, 0, float.PositiveInfinity);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Against_OtherFile_NamesRowsValuesAndFlips()
    {
        Tool tool = Run("scores.onnx", "rows.npy", "--against", _folder["other.onnx"]);

        JsonElement comparison = tool.Json.GetProperty("comparison");
        JsonElement output = comparison.GetProperty("outputs")[0];
        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(output.GetProperty("max_abs").GetDouble(), Is.EqualTo(0.25));
        Assert.That(output.GetProperty("rows").GetInt64(), Is.EqualTo(4));
        Assert.That(output.GetProperty("worst")[0].GetProperty("row").GetInt64(), Is.Zero);
        Assert.That(output.GetProperty("worst")[0].GetProperty("first").GetString(), Is.EqualTo("0.375"));
        Assert.That(output.GetProperty("worst")[0].GetProperty("second").GetString(), Is.EqualTo("0.625"));
        Assert.That(comparison.GetProperty("flips").GetInt64(), Is.EqualTo(2));
        Assert.That(comparison.GetProperty("flip_rows")[0].GetProperty("margin").GetDouble(), Is.EqualTo(0.125));
        Assert.That(tool.Error, Does.Contain("row 0 is decided 0 → 1, margin 0.125"));
        Assert.That(tool.Error, Does.Contain("row 2 is decided 0 → 1, margin 0"));
    }

    [TestCase("--max-abs", "0.2", "FAILED difference.max_abs: largest difference 0.25 in output 'probabilities', 4 rows beyond 0.2")]
    [TestCase("--max-flips", "1", "FAILED difference.decision_flips: 2 of 4 rows")]
    public void Against_LimitThatIsPassed_ExitsWithOne(string option, string limit, string message)
    {
        Tool tool = Run("scores.onnx", "rows.npy", "--against", _folder["other.onnx"], option, limit);

        Assert.That(tool.Error, Does.Contain(message));
        Assert.That(tool.ExitCode, Is.EqualTo(1));
    }

    [TestCase("simd,ort", "simd", "ort-cpu")]
    [TestCase("ort,simd", "ort-cpu", "simd")]
    public void Engines_OfOneFile_Agree(string engines, string first, string second)
    {
        Tool tool = Run("scores.onnx", "rows.npy", "--engines", engines);

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        JsonElement comparison = tool.Json.GetProperty("comparison");
        Assert.That((comparison.GetProperty("first").GetString(), comparison.GetProperty("second").GetString()), Is.EqualTo((first, second)));
        Assert.That(tool.Json.GetProperty("gates").EnumerateArray().Select(g => g.GetProperty("name").GetString()), Is.EqualTo(
            new[] { "difference.max_abs", "difference.decision_flips", "answers.non_finite" }));
    }

    [Test]
    public void Data_Alone_ComparesBatchSizes()
    {
        Tool tool = Run("scores.onnx", "rows.npy");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("comparison").GetProperty("second").GetString(), Is.EqualTo("ort-cpu, batches of 7"));
        Assert.That(tool.Json.GetProperty("rows").GetInt64(), Is.EqualTo(4));
    }

    [Test]
    public void Data_AnswersThatAreNoNumbers_AreNamedAndFail()
    {
        Tool tool = Run("scores.onnx", "nan.npy");

        Assert.That(tool.Error, Does.Contain("answered with NaN or infinity: row 1, 2"));
        Assert.That(tool.ExitCode, Is.EqualTo(1));
        Assert.That(Run("scores.onnx", "nan.npy", "--max-non-finite", "2").ExitCode, Is.Zero);
    }

    [Test]
    public void Against_FileWithOtherInputs_SaysWhich()
    {
        Tool tool = Run("scores.onnx", "rows.npy", "--against", _folder["rows.onnx"]);

        Assert.That(tool.ExitCode, Is.EqualTo(3));
        Assert.That(tool.Error, Does.Contain("input 'x' → expected float[N,2], got float[4,3]"));
    }

    [Test]
    public void Drift_RowsLikeTraining_PassAndShiftedOnesFail()
    {
        string like = "v,c\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i % 100},{(i % 3 == 0 ? "a" : "b")}\n"));
        string shifted = "v,c\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{(i % 100) + 60},{(i % 3 == 0 ? "z" : "b")}\n"));
        _folder.Write("like.csv", like);
        _folder.Write("shifted.csv", shifted);

        Tool passed = Run("profiled.onnx", "like.csv", "--drift", "psi<=0.25", "--drift", "unseen<=0");
        Tool failed = Run("profiled.onnx", "shifted.csv", "--drift", "psi<=0.25", "--drift", "unseen<=0");

        Assert.That(passed.ExitCode, Is.Zero, passed.Error);
        Assert.That(passed.Error, Does.Not.Contain("spread otherwise"));
        Assert.That(failed.ExitCode, Is.EqualTo(1));
        Assert.That(failed.Error, Does.Contain("FAILED drift.psi").And.Contain("FAILED drift.unseen"));
        Assert.That(failed.Error, Does.Contain("warning: spread otherwise than in training (psi above 0.25 and chance): "));
        Assert.That(failed.Json.GetProperty("drift").GetArrayLength(), Is.EqualTo(2));
    }

    [TestCase("--drift needs a training profile", "--data", "rows.npy", "--drift", "psi<=0.25")]
    [TestCase("--drift 'psi' is not a measure and a limit", "--data", "rows.npy", "--drift", "psi")]
    [TestCase("--engines takes two of simd, ort, cuda, got 'simd'", "--data", "rows.npy", "--engines", "simd")]
    [TestCase("--engines takes two of simd, ort, cuda, got 'ort,ort'", "--data", "rows.npy", "--engines", "ort,ort")]
    [TestCase("--against compares two files and --engines two engines", "--data", "rows.npy", "--engines", "simd,ort", "--against", "other.onnx")]
    [TestCase("--against is about answers to rows without labels: to which?", "--against", "other.onnx")]
    [TestCase("--max-non-finite is about answers to rows without labels: to which?", "--max-non-finite", "1")]
    [TestCase("rows are either --data, or with labels", "--data", "rows.npy", "--metric", "accuracy>=1")]
    [TestCase("rows are either --data, or with labels", "--data", "rows.npy", "--csv", "rows.csv")]
    public void Validate_WrongOptions_ExitsWithTwo(string message, params string[] arguments)
    {
        Tool tool = Tool.RunIn(Path.GetDirectoryName(_folder["x"])!, ["validate", "scores.onnx", .. arguments]);

        Assert.That(tool.Error, Does.StartWith(message));
        Assert.That(tool.ExitCode, Is.EqualTo(2));
    }

    private static Model WithProfile()
    {
        var g = new GraphBuilder("profiled");
        Value v = g.Input("v", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        Value c = g.Input("c", TensorType.Of(DType.String, Dim.Of("N"), 1));
        Value code = g.Node("LabelEncoder", [c], Attributes.Of(("keys_strings", new AttributeValue.Strings(["a", "b"])), ("values_floats", new AttributeValue.Floats([1, 2])), ("default_float", 0f)), "ai.onnx.ml");
        g.Output(g.Add(v, code), "prediction");
        var profile = InputProfile.Of(new Dictionary<string, Tensor>
        {
            ["v"] = Tensor.Of<float>([300, 1], [.. Enumerable.Range(0, 300).Select(i => (float)(i % 100))]),
            ["c"] = Tensor.OfStrings([300, 1], [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? "a" : "b")]),
        });
        var model = Model.Of(g.Build());
        return model with
        {
            Metadata = model.Metadata.Add(InputProfile.MetadataKey, profile.ToJson()).Add(ModelSignature.MetadataKey, new ModelSignature { Task = ModelTask.Regression }.ToJson()),
        };
    }

    private Tool Run(string model, string data, params string[] options) => Tool.Run(["validate", _folder[model], "--data", _folder[data], "--json", .. options]);

    private void Npy(string name, int[] shape, params float[] values)
    {
        using FileStream stream = File.Create(_folder[name]);
        NpyWriter.WriteHeader(stream, DType.Float, shape);
        stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
    }
}
