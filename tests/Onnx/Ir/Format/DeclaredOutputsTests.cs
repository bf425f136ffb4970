using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;
using Google.Protobuf;

namespace Anneal.Tests.Onnx.Ir.Format;

internal sealed class DeclaredOutputsTests
{
    private const int Width = 2 * TypeInference.FoldLimit;

    [TestCase(Width, null)]
    [TestCase(Width - 1, "output 'y' → it is declared float[N,8191], and its node computes float[N,8192]")]
    public void Check_LargeWeightOutsideTheFile_IsNotReadForItsShape(int declared, string? error)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["w.bin"], new byte[Width * sizeof(float)]);
        File.WriteAllBytes(folder["model.onnx"], Model(declared));
        CheckedModel model = CheckedModel.Open(folder["model.onnx"]);
        File.Delete(folder["w.bin"]);

        if (error is null)
        {
            Assert.DoesNotThrow(() => DeclaredOutputs.Check(model));
        }
        else
        {
            Assert.That(() => DeclaredOutputs.Check(model), Throws.TypeOf<AnnealException>().With.Message.EqualTo(error));
        }
    }

    private static byte[] Model(int declared)
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 1));
        g.Output(g.MatMul(x, g.Initializer("w", Tensor.Zeros(DType.Float, 1, Width))), "y");
        ModelProto proto = ModelProto.Parser.ParseFrom(ModelWriter.ToBytes(Anneal.Onnx.Ir.Model.Of(g.Build())));
        TensorProto w = proto.Graph.Initializer.Single();
        w.ClearRawData();
        w.DataLocation = TensorProto.Types.DataLocation.External;
        w.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "w.bin" });
        proto.Graph.Output[0].Type.TensorType.Shape.Dim[1].DimValue = declared;
        return proto.ToByteArray();
    }
}
