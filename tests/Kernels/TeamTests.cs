using Anneal.Onnx.Kernels;

namespace Anneal.Tests.Kernels;

public sealed class TeamTests
{
    [Test]
    public void Run_ManyRuns_CallsEachItemOnce([Values(1, 2, 3, 8)] int threads)
    {
        using Team team = new(threads);
        int[] counts = new int[64];
        Action<int> body = i => Interlocked.Increment(ref counts[i]);
        int[] expected = new int[64];
        for (int run = 0; run < 3000; run++)
        {
            int items = run % 65;
            team.Run(items, body);
            for (int i = 0; i < items; i++)
            {
                expected[i]++;
            }
        }

        Assert.That(counts, Is.EqualTo(expected));
    }

    [Test]
    public void Run_AfterThreadsParked_StillRunsAll()
    {
        using Team team = new(3);
        int sum = 0;
        Action<int> body = i => Interlocked.Add(ref sum, i);
        for (int run = 0; run < 20; run++)
        {
            team.Run(10, body);
            Thread.Sleep(2);
        }

        Assert.That(sum, Is.EqualTo(20 * 45));
    }

    [Test]
    public void Run_OnTwoThreads_UsesBoth()
    {
        using Team team = new(2);
        using Barrier barrier = new(2);
        int met = 0;
        team.Run(2, _ =>
        {
            if (barrier.SignalAndWait(TimeSpan.FromSeconds(30)))
            {
                Interlocked.Increment(ref met);
            }
        });

        Assert.That(met, Is.EqualTo(2));
    }

    [Test]
    public void Run_BodyThrows_RethrowsAndStaysUsable()
    {
        using Team team = new(3);
        int ran = 0;
        Assert.That(
            () => team.Run(20, i =>
            {
                Interlocked.Increment(ref ran);
                if (i == 7)
                {
                    throw new InvalidOperationException("seven");
                }
            }),
            Throws.InvalidOperationException.With.Message.EqualTo("seven"));
        Assert.That(ran, Is.EqualTo(20));
        team.Run(5, _ => Interlocked.Increment(ref ran));
        Assert.That(ran, Is.EqualTo(25));
    }

    [Test]
    public void Run_InsideBody_RunsInline()
    {
        using Team team = new(2);
        int ran = 0;
        team.Run(8, _ => team.Run(4, _ => Interlocked.Increment(ref ran)));
        Assert.That(ran, Is.EqualTo(32));
    }

    [Test]
    public void Run_FromTwoThreadsAtOnce_RunsBoth()
    {
        using Team team = new(2);
        int ran = 0;
        Thread other = new(() => Repeat());
        other.Start();
        Repeat();
        other.Join();
        Assert.That(ran, Is.EqualTo(2 * 500 * 7));

        void Repeat()
        {
            for (int i = 0; i < 500; i++)
            {
                team.Run(7, _ => Interlocked.Increment(ref ran));
            }
        }
    }

    [Test]
    public void Run_Repeated_AllocatesNothing()
    {
        using Team team = new(2);
        Action<int> body = static _ => { };
        team.Run(4, body);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            team.Run(4, body);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Run_ItemsOutOfRange_Throws()
    {
        using Team team = new(1);
        Assert.That(() => team.Run(-1, static _ => { }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => team.Run(int.MaxValue, static _ => { }), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
