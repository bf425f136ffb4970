using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;

namespace Anneal.Tests.Serving;

public sealed class OrtModelTests
{
    private readonly TempFolder _folder = new();

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Open_File_TellsSignatureAndMetadata()
    {
        Model model = Models.Rows();
        using OrtModel ort = Models.Open(model with { Metadata = model.Metadata.Add("key", "värde") }, _folder);
        Assert.That(ort.Inputs.Single().ToString(), Is.EqualTo("x: float[N,2]"));
        Assert.That(ort.Outputs.Single().ToString(), Is.EqualTo("y: float[N,2]"));
        Assert.That(ort.Metadata, Is.EquivalentTo(new Dictionary<string, string> { ["key"] = "värde" }));
        Assert.That(ort.Engine, Is.EqualTo("ort-cpu"));
        Assert.That(ort.Run(Tensor.Of<float>([1, 2], [1, 2]))[0].Span<float>().ToArray(), Is.EqualTo(new[] { 1.5f, 1.5f }));
    }

    [Test]
    public void Open_MissingFile_NamesIt()
    {
        string path = _folder["none.onnx"];
        AnnealException error = Assert.Throws<AnnealException>(() => OrtModel.Open(path))!;
        Assert.That(error.Message, Does.StartWith($"{path} → the file cannot be read: "));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }

    [Test]
    public void Open_FileThatIsNoModel_NamesIt()
    {
        string path = _folder.Write("text.onnx", "not a model");
        AnnealException error = Assert.Throws<AnnealException>(() => OrtModel.Open(path))!;
        Assert.That(error.Message, Does.StartWith($"{path} → not a whole ONNX file: "));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }
}
