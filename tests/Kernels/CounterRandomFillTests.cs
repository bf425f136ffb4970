using Anneal.Onnx.Kernels;

namespace Anneal.Tests.Kernels;

public sealed class CounterRandomFillTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(15)]
    [TestCase(16)]
    [TestCase(17)]
    [TestCase(1000)]
    public void Fill_AnyLength_EqualsSingleNumbers(int length)
    {
        ulong key = CounterRandom.Key(7, "test");
        ulong start = ulong.MaxValue - 20;
        var values = new uint[length];
        CounterRandom.Fill(key, start, values);
        Assert.That(values, Is.EqualTo(Enumerable.Range(0, length).Select(i => CounterRandom.UInt32(key, unchecked(start + (ulong)i)))));
    }

    [Test]
    public void Key_OtherSeedOrPurpose_OtherOddKey()
    {
        ulong[] keys = [CounterRandom.Key(1, "a"), CounterRandom.Key(2, "a"), CounterRandom.Key(1, "b")];
        Assert.That(keys.Distinct().Count(), Is.EqualTo(3));
        Assert.That(keys.Select(k => k & 1), Is.All.EqualTo(1UL));
    }

    [Test]
    public void Fill_ManyNumbers_EachBitIsSetHalfTheTime()
    {
        var values = new uint[100_000];
        CounterRandom.Fill(CounterRandom.Key(3, "bits"), 0, values);
        for (int bit = 0; bit < 32; bit++)
        {
            Assert.That(values.Count(v => ((v >> bit) & 1) == 1), Is.InRange(49_000, 51_000), $"bit {bit}");
        }
    }
}
