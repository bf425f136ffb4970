using Anneal.Onnx;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Google.Protobuf;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Ir.Format;

public sealed class ExternalDataTests
{
    private Folder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new Folder();
        Directory.CreateDirectory(_folder["models/sub"]);
        byte[] data = new byte[16];
        BitConverter.TryWriteBytes(data.AsSpan(4), 5f);
        File.WriteAllBytes(_folder["models/w.bin"], data);
        File.WriteAllBytes(_folder["models/sub/w.bin"], data);
        File.WriteAllBytes(_folder["secret.bin"], data);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("w.bin")]
    [TestCase("sub/w.bin")]
    public void Read_InsideTheFolder_GivesTheBytesFromTheOffset(string location) =>
        Assert.That(ModelReader.Read(Write(location, "4", "8")).Graph.Initializers["w"].Span<float>()[0], Is.EqualTo(5f));

    [Test]
    public void Read_Checksum_MustBeThatOfTheBytes()
    {
        const string Sum = "a3f74dd795df4b2d554e220c9f6ca1384795dcf2";

        Assert.DoesNotThrow(() => ModelReader.Read(Write("w.bin", "4", "8", Sum)));
        Assert.That(Message(Write("w.bin", "0", "8", Sum)), Is.EqualTo($"external data 'w.bin' does not have the checksum {Sum}"));
    }

    [TestCase("", "external data '' is not a path relative to the model's folder")]
    [TestCase("/etc/passwd", "external data '/etc/passwd' is not a path relative to the model's folder")]
    [TestCase("\\\\host\\share", "external data '\\\\host\\share' is not a path relative to the model's folder")]
    [TestCase("C:w.bin", "external data 'C:w.bin' is not a path relative to the model's folder")]
    [TestCase("../secret.bin", "external data '../secret.bin' is not a plain path inside the model's folder")]
    [TestCase("sub/../../secret.bin", "external data 'sub/../../secret.bin' is not a plain path inside the model's folder")]
    [TestCase("sub\\..\\w.bin", "external data 'sub\\..\\w.bin' is not a plain path inside the model's folder")]
    [TestCase("absent.bin", "external data 'absent.bin' is not there")]
    [TestCase("sub", "external data 'sub' is not there")]
    public void Read_LocationThatIsNoFileInTheFolder_IsRefused(string location, string message) =>
        Assert.That(Message(Write(location, "0", "8")), Is.EqualTo(message));

    [Test]
    [Platform(Exclude = "Win")]
    public void Read_ThroughALink_IsRefused()
    {
        File.CreateSymbolicLink(_folder["models/link.bin"], _folder["secret.bin"]);
        Directory.CreateSymbolicLink(_folder["models/out"], _folder.Path);
        File.CreateSymbolicLink(_folder["models/inside.bin"], "w.bin");

        Assert.That(Message(Write("link.bin", "0", "8")), Is.EqualTo("external data 'link.bin' goes through a link"));
        Assert.That(Message(Write("out/secret.bin", "0", "8")), Is.EqualTo("external data 'out/secret.bin' goes through a link"));
        Assert.That(Message(Write("inside.bin", "0", "8")), Is.EqualTo("external data 'inside.bin' goes through a link"));
    }

    [TestCase("9", "8", "external data 'w.bin' has 16 bytes, expected 8 from byte 9")]
    [TestCase("17", null, "external data 'w.bin' has 16 bytes, expected 0 from byte 17")]
    [TestCase("9223372036854775807", "8", "external data 'w.bin' has 16 bytes, expected 8 from byte 9223372036854775807")]
    [TestCase("8", "9223372036854775807", "external data 'w.bin' has 16 bytes, expected 9223372036854775807 from byte 8")]
    [TestCase("9223372036854775808", "8", "external data has the offset '9223372036854775808', expected a number of bytes")]
    [TestCase("-8", "8", "external data has the offset '-8', expected a number of bytes")]
    [TestCase("0", "4", "external data of 4 bytes, expected 8")]
    [TestCase("0", null, "external data of 16 bytes, expected 8")]
    public void Read_RangeThatDoesNotFit_IsRefused(string offset, string? length, string message) =>
        Assert.That(Message(Write("w.bin", offset, length)), Is.EqualTo(message));

    [Test]
    public void Read_FromMemoryWithoutAFolder_IsRefused()
    {
        byte[] bytes = File.ReadAllBytes(Write("w.bin", "0", "8"));

        Assert.That(
            Assert.Throws<AnnealException>(() => ModelReader.Read(bytes))!.Message,
            Is.EqualTo("initializer 'w' → external data 'w.bin' of a model that has no folder"));
    }

    private static string Message(string path)
    {
        AnnealException error = Assert.Throws<AnnealException>(() => ModelReader.Read(path))!;
        string prefix = $"{path} → initializer 'w' → ";
        Assert.That(error.Message, Does.StartWith(prefix));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        return error.Message[prefix.Length..];
    }

    private string Write(string location, string offset, string? length, string? checksum = null)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(ModelWriter.ToBytes(Model(AddRelu())));
        TensorProto tensor = proto.Graph.Initializer.Single();
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        foreach ((string key, string? value) in new[] { ("location", location), ("offset", offset), ("length", length), ("checksum", checksum) })
        {
            if (value is not null)
            {
                tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            }
        }

        File.WriteAllBytes(_folder["models/m.onnx"], proto.ToByteArray());
        return _folder["models/m.onnx"];
    }
}
