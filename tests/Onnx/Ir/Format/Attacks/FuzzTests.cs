using System.Diagnostics;
using System.Runtime.InteropServices;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>Damaged files are read or refused: no other exception, no crash, no wait, no large allocation.</summary>
internal sealed class FuzzTests
{
    private const long MostBytes = 512L << 20;
    private const double MostSeconds = 2;

    [Test]
    public void Read_SomeDamagedFiles_AreReadOrRefused() => Fuzz(0, 400);

    [Test]
    [Category("Slow")]
    [Explicit("takes a minute: dotnet test --filter TestCategory=Slow")]
    public void Read_TwentyThousandDamagedFiles_AreReadOrRefused() => Fuzz(1_000_000, 20_000);

    [Test]
    public void Mutants_AreDamaged_AndPartOfThemIsRead()
    {
        int read = 0;
        int same = 0;
        for (ulong i = 0; i < 200; i++)
        {
            (string name, byte[] bytes) = FuzzCorpus.Mutant(i);
            same += FuzzCorpus.All.Any(c => c.Name == name && c.Bytes.AsSpan().SequenceEqual(bytes)) ? 1 : 0;
            read += Refusal(bytes) is null ? 1 : 0;
        }

        Assert.That(read, Is.InRange(20, 180));
        Assert.That(same, Is.LessThan(60));
    }

    [Test]
    [Platform("Linux")]
    public void Open_SomeDamagedFilesInOnnxRuntime_AreRunOrRefused() => FuzzOnnxRuntime(0, 60);

    [Test]
    [Platform("Linux")]
    [Category("Slow")]
    [Explicit("takes a minute: dotnet test --filter TestCategory=Slow")]
    public void Open_DamagedFilesInOnnxRuntime_AreRunOrRefused() => FuzzOnnxRuntime(2_000_000, 3_000);

    private static void Fuzz(ulong first, int count)
    {
        var failures = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (ulong i = first; i < first + (ulong)count; i++)
        {
            (string name, byte[] bytes) = FuzzCorpus.Mutant(i);
            (double seconds, long allocated) = (0, 0);
            try
            {
                // Where the machine is busy the time of one reading says little: twice too long is too long.
                (seconds, allocated) = Measure(bytes);
                seconds = seconds > MostSeconds ? Math.Min(seconds, Measure(bytes).Seconds) : seconds;
            }
            catch (Exception e)
            {
                string[] stack = [.. (e.StackTrace ?? "").Split('\n').Select(l => l.Trim()).Where(l => l.Contains("Anneal.", StringComparison.Ordinal)).Take(3)];
                failures.TryAdd($"{e.GetType().Name} {stack.FirstOrDefault()}", $"mutant {i} of {name}: {e.GetType().Name}: {e.Message}\n    {string.Join("\n    ", stack)}");
            }

            if (seconds > MostSeconds || allocated > MostBytes)
            {
                failures.TryAdd($"cost {name}", FormattableString.Invariant($"mutant {i} of {name}: {seconds:F2} s, {allocated} bytes"));
            }
        }

        Assert.That(failures.Values, Is.Empty, string.Join("\n", failures.Values));
    }

    private static (double Seconds, long Bytes) Measure(byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        Refusal(bytes);
        return (clock.Elapsed.TotalSeconds, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static AnnealException? Refusal(byte[] bytes)
    {
        try
        {
            GraphChecker.Check(ModelReader.Read(bytes));
            return null;
        }
        catch (AnnealException e)
        {
            Assert.That(e.Code, Is.EqualTo(ExitCode.Data), e.Message);
            return e;
        }
    }

    // A crash of the library would end this process, so another one runs it, in bounded memory.
    private static void FuzzOnnxRuntime(int first, int count)
    {
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo("sh", ["-c", "ulimit -v 12000000; exec \"$0\" \"$@\"", dotnet, typeof(FuzzTests).Assembly.Location, FuzzChild.Command, $"{first}", $"{count}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = "40000000";
        using Process child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        string last = "none";
        var failures = new List<string>();
        while (child.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("failed ", StringComparison.Ordinal))
            {
                failures.Add(line);
            }

            last = line;
        }

        child.WaitForExit();
        Assert.That(failures, Is.Empty, string.Join("\n", failures));
        Assert.That(child.ExitCode, Is.Zero, $"after '{last}': {errors.Result}");
        Assert.That(last, Does.StartWith("done "));
        TestContext.Out.WriteLine(last);
    }
}
