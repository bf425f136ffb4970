using Anneal.Onnx.Kernels;
using Anneal.Trainer.Execution;

namespace Anneal.Tests.Execution;

internal sealed class ArenaLayoutTests
{
    [Test]
    public void Place_RandomLives_NeverOverlapsWhatIsAliveAtOnce()
    {
        for (int trial = 0; trial < 300; trial++)
        {
            PlanBuffer[] buffers = [.. Random(trial)];

            long total = ArenaLayout.Place(buffers);

            Assert.That(buffers.Select(b => b.Offset % 64), Is.All.Zero);
            Assert.That(buffers.Select(b => b.Offset + b.Bytes), Is.All.LessThanOrEqualTo(total));
            foreach (PlanBuffer a in buffers)
            {
                foreach (PlanBuffer b in buffers.Where(b => b != a && b.First <= a.Last && a.First <= b.Last))
                {
                    Assert.That(a.Offset + a.Bytes <= b.Offset || b.Offset + b.Bytes <= a.Offset, Is.True, $"trial {trial}: [{a.First}, {a.Last}] and [{b.First}, {b.Last}]");
                }
            }
        }
    }

    [Test]
    public void Place_OneAfterAnother_SharesOnePlace()
    {
        PlanBuffer[] buffers = [.. Enumerable.Range(0, 5).Select(i => new PlanBuffer(PlanBufferKind.Arena, 100, 2 * i) { Last = (2 * i) + 1 })];

        Assert.That(ArenaLayout.Place(buffers), Is.EqualTo(128));
    }

    private static IEnumerable<PlanBuffer> Random(int trial)
    {
        ulong key = CounterRandom.Key((ulong)trial, "tests/arena");
        ulong counter = 0;
        int count = 1 + Next(30);
        for (int i = 0; i < count; i++)
        {
            int first = Next(20);
            yield return new PlanBuffer(PlanBufferKind.Arena, 1 + Next(1000), first) { Last = first + Next(8) };
        }

        int Next(int bound) => (int)(CounterRandom.UInt32(key, counter++) % (uint)bound);
    }
}
