using Anneal.Onnx.Kernels;
using Anneal.Trainer.Data;

namespace Anneal.Tests.TrainerData;

public sealed class PermutationTests
{
    [Test]
    public void CounterRandom_AnyMachine_GivesTheseNumbers()
    {
        ulong key = CounterRandom.Key(42, "shuffle");
        Assert.That(key, Is.EqualTo(0x8ac7f0189597eadf));
        Assert.That(Enumerable.Range(0, 4).Select(i => CounterRandom.UInt32(key, (ulong)i)), Is.EqualTo(new uint[] { 1452929084, 593111595, 988903641, 2985117046 }));
    }

    [Test]
    public void Of_AnyMachine_GivesTheseOrders()
    {
        Assert.That(Permutation.Of(42, "shuffle", 0, 10), Is.EqualTo(new[] { 2, 6, 7, 0, 5, 9, 4, 8, 1, 3 }));
        Assert.That(Permutation.Of(42, "shuffle", 1, 10), Is.EqualTo(new[] { 4, 0, 5, 1, 6, 9, 8, 7, 2, 3 }));
        Assert.That(Permutation.Of(7, "split/validation", 0, 10), Is.EqualTo(new[] { 2, 6, 9, 5, 1, 3, 0, 8, 7, 4 }));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(1000)]
    public void Of_AnyCount_HoldsEachNumberOnce(int count) =>
        Assert.That(Permutation.Of(1, "x", 3, count).Order(), Is.EqualTo(Enumerable.Range(0, count)));

    [Test]
    public void Of_ManyEpochs_PutsEachNumberEverywhereAlike()
    {
        const int Epochs = 6000;
        int[,] seen = new int[6, 6];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            int[] order = Permutation.Of(9, "shuffle", epoch, 6);
            for (int i = 0; i < 6; i++)
            {
                seen[i, order[i]]++;
            }
        }

        foreach (int count in seen)
        {
            Assert.That(count, Is.EqualTo(Epochs / 6).Within(150), "five standard deviations");
        }
    }
}
