using System.Runtime.Intrinsics.X86;
using Anneal.Onnx.Kernels;
using NUnit;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Anneal.Tests.Kernels.InstructionSets;

/// <summary>Runs tests of this assembly by name in a process of their own, whose vectors its environment narrows.</summary>
internal static class NarrowRun
{
    public const string Command = "run-tests";

    /// <summary>The vectors of this process, as the kernels choose theirs.</summary>
    public static string Vectors { get; } = Told(MicroKernelTable<float>.Bits, Avx512F.IsSupported, Avx2.IsSupported, Sse42.IsSupported);

    /// <summary>What a process tells of its vectors.</summary>
    public static string Told(int bits, bool hasAvx512, bool hasAvx2, bool hasSse42) => $"vectors of {bits} bits, AVX-512 {hasAvx512}, AVX2 {hasAvx2}, SSE4.2 {hasSse42}";

    /// <summary>Runs fixtures and methods; lines on standard output tell the vectors, what failed, and how many tests passed.</summary>
    /// <param name="names">What full names of tests begin with: a fixture, its method, and the first of its arguments.</param>
    public static int Run(string[] names)
    {
        Console.WriteLine(Vectors);
        var runner = new NUnitTestAssemblyRunner(new DefaultTestAssemblyBuilder());
        string[] methods = [.. names.Select(n => n.Split('(')[0]).Distinct()];
        runner.Load(typeof(NarrowRun).Assembly, new Dictionary<string, object> { [FrameworkPackageSettings.LOAD] = methods, [FrameworkPackageSettings.NumberOfTestWorkers] = 0 });
        ITestResult[] results = [.. Leaves(runner.Run(TestListener.NULL, new NameFilter(names)))];
        foreach (ITestResult failed in results.Where(r => r.ResultState.Status == TestStatus.Failed))
        {
            Console.WriteLine($"failed {failed.FullName}: {failed.Message.ReplaceLineEndings(" ")}");
        }

        foreach (string name in names)
        {
            int count = results.Count(r => r.ResultState.Status != TestStatus.Failed && r.FullName.StartsWith(name, StringComparison.Ordinal));
            Console.WriteLine(count > 0 ? $"passed {count} of {name}" : $"failed {name}: no test ran and passed");
        }

        Console.WriteLine($"done {results.Length}");
        return 0;
    }

    private static IEnumerable<ITestResult> Leaves(ITestResult result) => result.HasChildren ? result.Children.SelectMany(Leaves) : result.Test.IsSuite ? [] : [result];

    private sealed class NameFilter(string[] names) : TestFilter
    {
        public override bool Match(ITest test) => !test.IsSuite && names.Any(n => test.FullName.StartsWith(n, StringComparison.Ordinal));

        public override TNode AddToXml(TNode parentNode, bool recursive) => parentNode.AddElement("names", string.Join(' ', names));
    }
}
