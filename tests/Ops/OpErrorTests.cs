using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;

namespace Anneal.Tests.Ops;

public sealed class OpErrorTests
{
    private static IEnumerable<TestCaseData> Bad
    {
        get
        {
            yield return new TestCaseData("label 3 of row 1 is outside [0, 3)", new OpCase("SoftmaxCrossEntropyLoss", Sample.Real([2, 3]), Tensor.Vector(0L, 3)));
            yield return new TestCaseData("label -1 of row 0 is outside [0, 3)", new OpCase("SoftmaxCrossEntropyLoss", Sample.Real([2, 3]), Tensor.Vector(-1, 2)));
            yield return new TestCaseData("labels of shape [3] do not fit scores of shape [2,3]", new OpCase("SoftmaxCrossEntropyLoss", Sample.Real([2, 3]), Tensor.Vector(0L, 1, 2)));
            yield return new TestCaseData("weights of shape [2] do not fit 3 classes", new OpCase("SoftmaxCrossEntropyLoss", Sample.Real([2, 3]), Tensor.Vector(0L, 1), Sample.Real([2])));
            yield return new TestCaseData(
                "reduction 'avg' is not known",
                new OpCase("SoftmaxCrossEntropyLoss", Sample.Real([2, 3]), Tensor.Vector(0L, 1)) { Attributes = Attributes.Of(("reduction", "avg")) });
            yield return new TestCaseData("integer division by zero", new OpCase("Div", Tensor.Vector(1L, 2), Tensor.Vector(1L, 0)));
            yield return new TestCaseData("integer division by zero", new OpCase("Mod", Tensor.Vector(1, 2), Tensor.Vector(1, 0)));
            yield return new TestCaseData("fmod 0 takes integers only", new OpCase("Mod", Sample.Real([2]), Sample.Real([2])));
            yield return new TestCaseData("use ai.anneal RandomDropout", new OpCase("Dropout", Sample.Real([2]), Sample.Scalar(0.5), Tensor.Scalar(true)));
            yield return new TestCaseData(
                "the ratio is outside [0, 1)",
                new OpCase("RandomDropout", Sample.Real([2]), Tensor.Scalar(1L)) { Domain = Model.AnnealDomain, Attributes = Attributes.Of(("ratio", 1f), ("key", 1L)) });
            yield return new TestCaseData("element 1 is 'x', expected a text of a float", new OpCase("Cast", Tensor.OfStrings([2], ["1", "x"])) { Attributes = Attributes.Of(("to", (long)DType.Float)) });
            yield return new TestCaseData("element 0 is '300', expected a text of a uint8", new OpCase("Cast", Tensor.OfStrings([1], ["300"])) { Attributes = Attributes.Of(("to", (long)DType.UInt8)) });
            yield return new TestCaseData("axis 2 is out of range for rank 2", new OpCase("Softmax", Sample.Real([2, 2])) { Attributes = Attributes.Of(("axis", 2L)) });
            yield return new TestCaseData("axis 2 is out of range for rank 2", new OpCase("ReduceSum", Sample.Real([2, 2]), Tensor.Vector(2L)));
            yield return new TestCaseData("index -1 is", new OpCase("ArrayFeatureExtractor", Sample.Real([2, 4]), Tensor.Vector(3L, -1)) { Domain = Model.MlDomain });
            yield return new TestCaseData("index -1 is negative", new OpCase("ArrayFeatureExtractor", Sample.Real([2, 4]), Tensor.Vector(3L, -1)) { Domain = Model.MlDomain, Constants = [1] });
            yield return new TestCaseData("shapes [2] and [3] do not broadcast", new OpCase("Where", Sample.Bools([2]), Sample.Real([3]), Sample.Real([3])));
            yield return new TestCaseData("the bound has shape [2], expected a scalar", new OpCase("Clip", Sample.Real([2]), Sample.Real([2])));
            yield return new TestCaseData(
                "input 'G' has shape [3], expected [2]",
                new OpCase("SgdStep", Sample.Real([2]), Sample.Real([3]), Sample.Scalar(0.1)) { Domain = Model.AnnealDomain, Attributes = Attributes.Of(("weight_decay", 0f)) });
        }
    }

    [TestCaseSource(nameof(Bad))]
    public void Run_BadInput_ErrorNamesNode(string text, OpCase c)
    {
        AnnealException? error = Assert.Throws<AnnealException>(() => Evaluator.Run(c.ToNode(), c.Inputs));
        Assert.That(error!.Message, Does.Contain(text).And.Contain($"node '{c.Op}'"));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }

    [Test]
    public void Cast_NumbersToText_AsPrintf()
    {
        Assert.That(Cast(Tensor.Vector(0.1f, 1e10f, -1e-5f, 3, float.NaN, float.NegativeInfinity), DType.String).Strings, Is.EqualTo(new[] { "0.1", "1e+10", "-9.9999997e-06", "3", "NaN", "-INF" }));
        Assert.That(Cast(Tensor.Vector(0.1, 123456789.5), DType.String).Strings, Is.EqualTo(new[] { "0.10000000000000001", "123456789.5" }));
        Assert.That(Cast(Tensor.Vector(-5L, long.MaxValue), DType.String).Strings, Is.EqualTo(new[] { "-5", "9223372036854775807" }));
        Assert.That(Cast(Tensor.Vector(true, false), DType.String).Strings, Is.EqualTo(new[] { "1", "0" }));
    }

    [Test]
    public void Cast_TextToNumbers_Parses()
    {
        Tensor texts = Tensor.OfStrings([5], ["1.5", "-2e3", "INF", "-inf", "NaN"]);
        Assert.That(Cast(texts, DType.Double).Span<double>().ToArray(), Is.EqualTo(new[] { 1.5, -2000, double.PositiveInfinity, double.NegativeInfinity, double.NaN }));
        Assert.That(Cast(Tensor.OfStrings([2], ["-7", "12"]), DType.Int16).Span<short>().ToArray(), Is.EqualTo(new short[] { -7, 12 }));
    }

    [Test]
    public void Cast_FloatOutOfRange_GivesWhatTheProcessorGives()
    {
        Tensor x = Tensor.Vector(float.NaN, 3e9f, -1f, 1e20f);
        Assert.That(Cast(x, DType.Int32).Span<int>().ToArray(), Is.EqualTo(new[] { int.MinValue, int.MinValue, -1, int.MinValue }));
        Assert.That(Cast(x, DType.Int64).Span<long>().ToArray(), Is.EqualTo(new[] { long.MinValue, 3_000_000_000, -1, long.MinValue }));
        Assert.That(Cast(x, DType.UInt8).Span<byte>().ToArray(), Is.EqualTo(new byte[] { 0, 0, 255, 0 }));
        Assert.That(Cast(x, DType.Bool).Span<bool>().ToArray(), Is.All.True);
    }

    private static Tensor Cast(Tensor x, DType to) =>
        Evaluator.Run(new OpCase("Cast", x) { Attributes = Attributes.Of(("to", (long)to)) }.ToNode(), [x])[0]!;
}
