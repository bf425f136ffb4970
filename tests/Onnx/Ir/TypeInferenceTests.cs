using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx.Ir;

internal sealed class TypeInferenceTests
{
    [Test]
    public void Add_RuleThatDoesNotTakeItsInputs_IsRefusedByNameAndKeepsWhatItThrew()
    {
        var inference = new TypeInference();
        inference.Declare("a", TensorType.Of(DType.Float, 3));
        inference.Declare("b", Tensor.Vector(long.MaxValue));

        AnnealException error = Assert.Throws<AnnealException>(() => inference.Add(new Node("many", "", "Tile", ["a", "b"], ["y"], Attributes.None, Origin.None)))!;

        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(error.Message, Does.StartWith("node 'many' (Tile) → its inputs and attributes do not fit the op: float[3], int64[1] (Tile.Infer ended with OverflowException). hint: "));
        Assert.That(error.InnerException, Is.TypeOf<OverflowException>());
        Assert.That(error.ToString(), Does.Contain("OverflowException").And.Contain("at Anneal.Onnx"), "what --verbose prints");
    }
}
