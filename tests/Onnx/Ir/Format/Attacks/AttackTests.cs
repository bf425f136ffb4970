using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Commands;
using Anneal.Serving;
using Anneal.Tests.Pipeline.Commands;
using Google.Protobuf;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>Files made to do harm are refused by every way in, without a byte read outside the model's folder.</summary>
[Platform("Linux")]
internal sealed class AttackTests
{
    private const long MostBytes = 512L << 20;
    private const double MostSeconds = 2;

    private AttackFolder _folder = null!;
    private Canary _canary = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new AttackFolder();
        _canary = new Canary(_folder.Secret, _folder.Pipe);
    }

    [TearDown]
    public void TearDown()
    {
        _canary.Dispose();
        _folder.Dispose();
    }

    [TestCaseSource(typeof(AttackList), nameof(AttackList.All))]
    public void Open_Attack_IsRefusedByName(Attack attack)
    {
        attack.Write(_folder);
        _canary.Sang();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();

        AnnealException error = Assert.Throws<AnnealException>(() => ModelReader.Read(_folder.Model))!;

        Assert.That(error.Message, Does.StartWith(_folder.Model + " → ").And.Contain(attack.Message));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(clock.Elapsed.TotalSeconds, Is.LessThan(MostSeconds));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(MostBytes));
        Assert.That(Assert.Throws<AnnealException>(() => OrtModel.Open(_folder.Model))!.Message, Is.EqualTo(error.Message));
        Assert.That(_canary.Sang(), Is.False, "a file outside the folder was opened");
    }

    [TestCaseSource(typeof(AttackList), nameof(AttackList.All))]
    public void Command_Attack_ExitsWithThree(Attack attack)
    {
        attack.Write(_folder);
        File.WriteAllText(_folder["rows.csv"], "x\n1\n");
        _canary.Sang();

        Assert.That(CommandHost.Run(["inspect", _folder.Model]), Is.EqualTo(3), "inspect");
        Assert.That(CommandHost.Run(["predict", _folder.Model, _folder["rows.csv"], "-o", _folder["answers.csv"]]), Is.EqualTo(3), "predict");
        Assert.That(CommandHost.Run(["validate", _folder.Model, "--data", _folder["rows.csv"]]), Is.EqualTo(3), "validate");
        Assert.That(File.Exists(_folder["answers.csv"]), Is.False);
        Assert.That(_canary.Sang(), Is.False, "a file outside the folder was opened");
    }

    [TestCase("inspect")]
    [TestCase("validate", "--data", "rows.csv")]
    [TestCase("predict", "rows.csv", "-o", "answers.csv")]
    public void Tool_ParentOfTheFolder_ExitsWithThreeAndNamesFileAndTensor(string command, params string[] rest)
    {
        Attack attack = AttackList.All().Single(a => a.Name == "parent");
        attack.Write(_folder);
        File.WriteAllText(_folder["models/rows.csv"], "x\n1\n");

        Tool tool = Tool.RunIn(_folder["models"], [command, "attack.onnx", .. rest]);

        Assert.That(tool.ExitCode, Is.EqualTo(3));
        Assert.That(tool.Error, Does.StartWith("attack.onnx → initializer 'w' → external data '../outside/secret.bin' is not a plain path inside the model's folder"));
        Assert.That(_canary.Sang(), Is.False);
    }

    [Test]
    public void TestOnnx_FolderOfAttacks_FailsEachAndReadsNothingOutside()
    {
        Attack[] attacks = [.. AttackList.All().Where(a => a.Name is "parent" or "symlink" or "hardlink" or "overlapping" or "offset out of range" or "absolute")];
        foreach (Attack attack in attacks)
        {
            attack.Write(_folder);
            string path = Directory.CreateDirectory(_folder[$"cases/{attack.Name}"]).FullName;
            foreach (string file in Directory.EnumerateFiles(_folder["models"]))
            {
                File.Move(file, Path.Combine(path, Path.GetFileName(file) == "attack.onnx" ? "model.onnx" : Path.GetFileName(file)));
            }

            File.WriteAllBytes(_folder["models/w.bin"], new byte[64]);
        }

        _canary.Sang();
        Tool tool = Tool.Run("test-onnx", _folder["cases"], "--json");

        Assert.That(tool.Json.GetProperty("failed").GetInt32(), Is.EqualTo(attacks.Length), tool.Error);
        Assert.That(tool.ExitCode, Is.EqualTo(1));
        Assert.That(_canary.Sang(), Is.False);
    }

    [Test]
    public void Canary_FileThatIsRead_Sings()
    {
        Assert.That(_canary.Sang(), Is.False);
        _folder.HardLink(_folder.Secret, "models/same.bin");

        File.ReadAllBytes(_folder["models/same.bin"]);

        Assert.That(_canary.Sang());
    }

    [Test]
    public void Open_HonestExternalData_IsReadByBothEngines()
    {
        using (FileStream file = File.OpenWrite(_folder["models/w.bin"]))
        {
            file.Position = 8;
            file.Write(BitConverter.GetBytes(3f));
            file.Write(BitConverter.GetBytes(-4f));
        }

        ModelProto model = AttackFolder.Honest();
        model.Graph.Initializer[0] = AttackFolder.Outside("w.bin", "8", "8", "w");
        _folder.Write(model);

        Assert.That(ModelReader.Read(_folder.Model).Graph.Initializers["w"].Span<float>().ToArray(), Is.EqualTo(new[] { 3f, -4f }));
        using OrtModel ort = OrtModel.Open(_folder.Model);
        Assert.That(ort.Run(Tensor.Of<float>([1, 2], [1, 5]))[0].Span<float>().ToArray(), Is.EqualTo(new[] { 4f, 1f }));
    }

    [Test]
    public void Open_LargeExternalData_IsGivenToOnnxRuntimeInMemory()
    {
        float[] values = [.. Enumerable.Range(0, 1 << 19).Select(i => (float)i)];
        File.WriteAllBytes(_folder["models/w.bin"], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        ModelProto model = AttackFolder.Honest();
        TensorProto tensor = AttackFolder.Outside("w.bin", "0", (4 << 19).ToString(System.Globalization.CultureInfo.InvariantCulture), "w");
        tensor.Dims[1] = 1 << 19;
        model.Graph.Initializer[0] = tensor;
        model.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimValue = 1 << 19;
        model.Graph.Output[0].Type.TensorType.Shape.Dim[1].DimValue = 1 << 19;
        _folder.Write(model);

        RuntimeModel runtime = CheckedModel.Open(_folder.Model).ForRuntime();
        Assert.That(runtime.Initializers.Keys, Is.EqualTo(new[] { "w" }));
        Assert.That(runtime.Bytes, Has.Length.LessThan(1000));
        using OrtModel ort = OrtModel.Open(_folder.Model);
        GC.Collect();
        Assert.That(ort.Run(Tensor.Zeros(DType.Float, 1, 1 << 19))[0].Span<float>().ToArray(), Is.EqualTo(values));
    }

    private static IEnumerable<TestCaseData> Limits()
    {
        yield return new TestCaseData(new ModelLimits { Messages = 10 }, "more than 10 messages");
        yield return new TestCaseData(new ModelLimits { Texts = 10 }, "more than 10 texts");
        yield return new TestCaseData(new ModelLimits { Numbers = 3 }, "more than 3 whole numbers");
        yield return new TestCaseData(new ModelLimits { Nodes = 1 }, "more than 1 nodes");
        yield return new TestCaseData(new ModelLimits { Depth = 3 }, "messages are nested more than 3 deep");
        yield return new TestCaseData(new ModelLimits { NameBytes = 2 }, "producer_name of ModelProto has 6 bytes, expected at most 2");
        yield return new TestCaseData(new ModelLimits { Rank = 1 }, "initializer 'w' → a shape of 2 dimensions, expected at most 1");
        yield return new TestCaseData(new ModelLimits { TensorBytes = 7 }, "initializer 'w' → a tensor of 8 bytes, expected at most 7");
        yield return new TestCaseData(new ModelLimits { ExpandedNodes = 1 }, "functions expand to more than 1 nodes");
        yield return new TestCaseData(new ModelLimits { FileBytes = 100 }, "bytes, expected at most 100");
    }

    [TestCaseSource(nameof(Limits))]
    public void Open_HonestFile_IsRefusedOnlyBeyondALimit(ModelLimits limits, string message)
    {
        _folder.Write(AttackFolder.Honest());

        Assert.That(Assert.Throws<AnnealException>(() => CheckedModel.Open(_folder.Model, limits))!.Message, Does.Contain(message));
        Assert.DoesNotThrow(() => CheckedModel.Open(_folder.Model));
    }

    // ONNX Runtime takes this location for an address in its own memory, and the offset for the address itself.
    [Test]
    public void Open_LocationThatIsAnAddressToOnnxRuntime_IsAFileOfThatName()
    {
        Directory.CreateDirectory(_folder["models/*/_ORT_MEM_ADDR_"]);
        File.WriteAllBytes(_folder["models/*/_ORT_MEM_ADDR_/*"], [.. new byte[4096], .. BitConverter.GetBytes(7f), .. BitConverter.GetBytes(8f)]);
        ModelProto model = AttackFolder.Honest();
        model.Graph.Initializer[0] = AttackFolder.Outside("*/_ORT_MEM_ADDR_/*", "4096", "8", "w");
        _folder.Write(model);

        using OrtModel ort = OrtModel.Open(_folder.Model);

        Assert.That(ort.Run(Tensor.Zeros(DType.Float, 1, 2))[0].Span<float>().ToArray(), Is.EqualTo(new[] { 7f, 8f }));
    }

    // The letters at byte 4 are those by which ONNX Runtime knows files of its own format.
    [Test]
    public void Open_OnnxFileThatLooksLikeOnnxRuntimesFormat_IsReadAsOnnx()
    {
        ModelProto model = AttackFolder.Honest();
        model.ProducerName = "ORTM";
        _folder.Write(model);
        Assert.That(CheckedModel.Open(_folder.Model).ForRuntime().Bytes.AsSpan(4, 4).SequenceEqual("ORTM"u8));

        using OrtModel ort = OrtModel.Open(_folder.Model);

        Assert.That(ort.Run(Tensor.Zeros(DType.Float, 1, 2))[0].Span<float>().ToArray(), Is.EqualTo(new[] { 1f, 0f }));
    }

    [Test]
    public void ForRuntime_FieldsThatTheFormatDoesNotHave_AreDropped()
    {
        byte[] honest = AttackFolder.Honest().ToByteArray();

        RuntimeModel runtime = CheckedModel.Of([.. honest, 0xfa, 0x3e, 3, 1, 2, 3]).ForRuntime();

        Assert.That(runtime.Bytes, Is.EqualTo(CheckedModel.Of(honest).ForRuntime().Bytes));
    }

    [Test]
    public void Read_FileThatIsSwappedAfterItsCheck_IsRefused()
    {
        ModelProto model = AttackFolder.Honest();
        model.Graph.Initializer[0] = AttackFolder.Outside("w.bin", "0", "8", "w");
        _folder.Write(model);
        var checkedModel = CheckedModel.Open(_folder.Model);
        File.Move(_folder["models/sub/w.bin"], _folder["models/w.bin"], overwrite: true);

        Assert.That(Assert.Throws<AnnealException>(() => checkedModel.ForRuntime())!.Message, Is.EqualTo("tensor 'w' → external data 'w.bin' changed while the model was read"));
    }
}
