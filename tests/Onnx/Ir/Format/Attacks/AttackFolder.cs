using System.Diagnostics;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Google.Protobuf;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>A model's folder with honest data beside the model, and a secret outside that no model may read.</summary>
internal sealed class AttackFolder : IDisposable
{
    private readonly Folder _folder = new();

    public AttackFolder()
    {
        Directory.CreateDirectory(_folder["models/sub"]);
        Directory.CreateDirectory(_folder["outside"]);
        File.WriteAllBytes(_folder["models/w.bin"], new byte[64]);
        File.WriteAllBytes(_folder["models/sub/w.bin"], new byte[64]);
        File.WriteAllBytes(Secret, [.. Enumerable.Repeat((byte)'S', 64)]);
        Run("mkfifo", Pipe);
    }

    public string Model => _folder["models/attack.onnx"];

    public string Secret => _folder["outside/secret.bin"];

    public string Pipe => _folder["outside/pipe"];

    public string this[string name] => _folder[name];

    /// <summary>y = relu(x + w), w being float[1, 2].</summary>
    public static ModelProto Honest() => ModelProto.Parser.ParseFrom(ModelWriter.ToBytes(Model(AddRelu())));

    public void Write(ModelProto model) => Write(model.ToByteArray());

    public void Write(byte[] bytes) => File.WriteAllBytes(Model, bytes);

    public void Link(string target, string name) => File.CreateSymbolicLink(_folder[name], target);

    public void HardLink(string target, string name) => Run("ln", target, _folder[name]);

    public void Dispose() => _folder.Dispose();

    /// <summary>A tensor of two floats in a file.</summary>
    public static TensorProto Outside(string location, string? offset = "0", string? length = "8", string name = "t")
    {
        var tensor = new TensorProto { Name = name, DataType = 1, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.Dims.AddRange([1, 2]);
        foreach ((string key, string? value) in new[] { ("location", location), ("offset", offset), ("length", length) })
        {
            if (value is not null)
            {
                tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            }
        }

        return tensor;
    }

    private static void Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(command, arguments);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, command);
    }
}
