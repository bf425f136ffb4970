using System.Diagnostics;
using System.Runtime.InteropServices;
using Anneal.Tests.Conformance;
using Anneal.Tests.Formats;
using Anneal.Tests.Ops;
using Anneal.Tests.Pipeline.Conformance;
using Anneal.Tests.Serving.BatchInference;

namespace Anneal.Tests.Kernels.InstructionSets;

/// <summary>The kernels pass their tests with vectors of every width, each in a process of its own in which the runtime hides the wider ones.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class InstructionSetTests
{
    // A kernel of each kind, in seconds.
    private static readonly string[] s_kernels =
    [
        Name(typeof(GemmPlanTests), nameof(GemmPlanTests.Run_SmallAndOddShapes_EqualsNaiveSum)), Name(typeof(WinogradTests)), Name(typeof(FewChannelTests)), Name(typeof(MatrixProductTests)),
        Name(typeof(CsvReaderTests), nameof(CsvReaderTests.Read_FieldsOfEveryLength_EndAtTheirDelimiters)), Name(typeof(TextIndexTests)),
        .. new[] { "BatchNormTrain", "BatchNormalization", "Conv", "GRU", "Gelu", "LSTM", "LayerNormalization", "LogSoftmax", "MaxPool", "RNN", "ReduceSum", "SelfAttention", "Softmax" }
            .Select(op => $"{Name(typeof(OpConformanceTests), nameof(OpConformanceTests.Kernel_FloatAgainstDouble_Agree))}({op}("),
    ];

    // Every op there is, against double and in the bits of one and three threads, and ONNX's own cases.
    private static readonly string[] s_all =
    [
        Name(typeof(GemmPlanTests)), Name(typeof(WinogradTests)), Name(typeof(FewChannelTests)), Name(typeof(MatrixProductTests)),
        Name(typeof(OpConformanceTests), nameof(OpConformanceTests.Kernel_FloatAgainstDouble_Agree)),
        Name(typeof(OpConformanceTests), nameof(OpConformanceTests.Kernel_OneAgainstThreeThreads_SameBits)),
        Name(typeof(OnnxSuiteTests), nameof(OnnxSuiteTests.Run_OnnxOwnCasesOnSimd_NoneFails)),
    ];

    private static readonly NarrowVectors[] s_narrow = [NarrowVectors.NoAvx512, NarrowVectors.NoAvx2];

    [TestCaseSource(nameof(s_narrow))]
    public void Kernels_NarrowerVectors_PassTheirTests(NarrowVectors vectors) => Run(vectors, s_kernels);

    [TestCaseSource(nameof(s_narrow))]
    [Category("Slow")]
    [Explicit("takes a minute: dotnet test --filter TestCategory=Slow")]
    public void Ops_NarrowerVectors_PassTheirTests(NarrowVectors vectors) => Run(vectors, s_all);

    [Test]
    [Category("Slow")]
    [Explicit("takes a minute: dotnet test --filter TestCategory=Slow")]
    public void Kernels_NoVectorInstructionsAtAll_PassTheirTests() => Run(NarrowVectors.None, s_kernels);

    private static void Run(NarrowVectors vectors, string[] names)
    {
        if (!vectors.Narrows)
        {
            Assert.Ignore($"{vectors} takes nothing from this machine, which has {NarrowRun.Vectors}");
        }

        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo(dotnet, [typeof(InstructionSetTests).Assembly.Location, NarrowRun.Command, .. names]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[vectors.Variable] = "0";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string[] lines = child.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        child.WaitForExit();

        string[] failed = [.. lines.Where(l => l.StartsWith("failed ", StringComparison.Ordinal))];
        Assert.That(lines.FirstOrDefault(), Is.EqualTo(vectors.Expected), errors.Result);
        Assert.That(failed, Is.Empty, $"{failed.Length} failed: {string.Join('\n', failed.Take(20))}");
        Assert.That(child.ExitCode, Is.Zero, errors.Result);
        Assert.That(lines[^1], Does.StartWith("done "), errors.Result);
        TestContext.Out.WriteLine(string.Join('\n', lines.Where(l => !l.StartsWith("failed ", StringComparison.Ordinal))));
    }

    private static string Name(Type fixture, string? method = null) => method is null ? fixture.FullName! : $"{fixture.FullName}.{method}";
}
