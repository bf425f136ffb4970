using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Ops;

internal sealed class LabelEncoderTests
{
    private static AttributeValue Strings(params string[] values) => new AttributeValue.Strings([.. values]);

    private static AttributeValue Floats(params float[] values) => new AttributeValue.Floats([.. values]);

    [Test]
    public void LabelEncoder_StringsToLongs_UnknownIsTheDefault()
    {
        Attributes a = Attributes.Of(("keys_strings", Strings("a", "b", "a")), ("values_int64s", new long[] { 5, 6, 7 }), ("default_int64", 0L));
        Tensor y = OpRun.One("LabelEncoder", a, Tensor.OfStrings([3, 1], ["b", "?", "a"]));
        Assert.That(y.Shape.ToArray(), Is.EqualTo(new[] { 3, 1 }));
        Assert.That(y.Span<long>().ToArray(), Is.EqualTo(new[] { 6L, 0, 5 }));
    }

    [Test]
    public void LabelEncoder_LongsToStrings_UnknownIsUnused()
    {
        Attributes a = Attributes.Of(("keys_int64s", new long[] { 0, 1 }), ("values_strings", Strings("cat", "dog")));
        Assert.That(OpRun.One("LabelEncoder", a, OpRun.Longs(1, 0, 2)).Strings, Is.EqualTo(new[] { "dog", "cat", "_Unused" }));
    }

    [Test]
    public void LabelEncoder_FloatKeys_NaNMatches()
    {
        Attributes a = Attributes.Of(("keys_floats", Floats(float.NaN, 1)), ("values_floats", Floats(10, 20)), ("default_float", 3f));
        Assert.That(
            OpRun.One("LabelEncoder", a, Tensor.Vector(1f, float.NaN, 2f)).Span<float>().ToArray(), Is.EqualTo(new[] { 20f, 10, 3 }));
    }

    [Test]
    public void LabelEncoder_StringsToFloats_OnThreads()
    {
        Attributes a = Attributes.Of(("keys_strings", Strings("x")), ("values_floats", Floats(1)));
        Tensor x = Tensor.OfStrings([5000], [.. Enumerable.Range(0, 5000).Select(i => i % 3 == 0 ? "x" : "y")]);
        Assert.That(OpRun.Threads(3, "LabelEncoder", a, x).Span<float>().ToArray().Sum(), Is.EqualTo(1667));
    }

    [Test]
    public void LabelEncoder_Misfit_SaysWhy()
    {
        Attributes uneven = Attributes.Of(("keys_strings", Strings("a", "b")), ("values_int64s", new long[] { 5 }));
        Assert.That(OpRun.Error("LabelEncoder", uneven, Tensor.OfStrings([1], ["a"])), Does.EndWith("2 keys and 1 values are given, expected as many of each"));
        Assert.That(OpRun.Error("LabelEncoder", uneven, Tensor.Vector(1L)), Does.EndWith("input is int64, expected string as the keys"));
        Attributes none = Attributes.Of(("keys_strings", Strings("a")));
        Assert.That(OpRun.Error("LabelEncoder", none, Tensor.OfStrings([1], ["a"])), Does.Contain("0 of values_strings"));
    }
}
