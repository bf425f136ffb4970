using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using Anneal.Onnx;
using Anneal.Onnx.Kernels;
using Anneal.Pipeline.Report;
using Anneal.Serving;
using Anneal.Serving.Probing;
using Anneal.Trainer.Data;

namespace Anneal.Pipeline.Commands;

internal sealed class DoctorCommand : AnnealCommand
{
    private readonly Option<bool> _probe = new("--probe") { Description = "Run a small node of every op that graphs made here hold, for each type, on each provider of ONNX Runtime that works, and show the answers." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Probe even what has been probed before with this version of ONNX Runtime." };

    public DoctorCommand()
        : base("doctor", "Shows what this machine offers, what is missing and how to get it.", "anneal doctor --json")
    {
        Add(_probe);
        Add(_fresh);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        var missing = new List<string>();
        DoctorReport.OnnxRuntimeFacts onnxRuntime = OnnxRuntime(missing);
        foreach (KnownDataset dataset in (KnownDataset[])[KnownDataset.Mnist, KnownDataset.FashionMnist])
        {
            if (dataset.MissingFile is not null)
            {
                missing.Add($"the data of 'dataset: {dataset.Name}': {dataset.HowToGet}");
            }
        }

        var report = new DoctorReport(
            onnxRuntime.Version is not null,
            typeof(DoctorCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            Environment.Version.ToString(),
            RuntimeInformation.OSDescription,
            new DoctorReport.CpuFacts(
                Machine.CpuModel,
                RuntimeInformation.ProcessArchitecture.ToString(),
                Machine.CpuFeatures,
                PeakFlops.VectorBits,
                Environment.ProcessorCount,
                Machine.DefaultThreads),
            Machine.MemoryMb,
            onnxRuntime,
            Cuda(onnxRuntime, missing),
            KnownDataset.Mnist.MissingFile is null ? KnownDataset.Mnist.Folder : null,
            missing);
        Write(report, output.Text);
        if (arguments.GetValue(_probe) && report.Usable)
        {
            OrtDevice[] devices = report.Cuda.Usable ? [OrtDevice.Cpu, OrtDevice.Cuda] : [OrtDevice.Cpu];
            KernelAnswers[] answers = [.. devices.Select(d => KernelAnswers.Of(d, arguments.GetValue(_fresh)))];
            foreach (KernelAnswers provider in answers)
            {
                output.Text.WriteLine();
                ProbeTable.Write(provider, output.Text);
            }

            report = report with { Kernels = [.. answers.Select(a => new DoctorReport.ProviderKernels(a.Provider, a.Version, a.WasKept, a.All))] };
        }

        output.Result(report, CommandJson.Default.DoctorReport);
        return report.Usable ? ExitCode.Done : ExitCode.GateFailed;
    }

    private static DoctorReport.OnnxRuntimeFacts OnnxRuntime(List<string> missing)
    {
        try
        {
            return new DoctorReport.OnnxRuntimeFacts(OrtInfo.Version, OrtInfo.Providers, !OrtInfo.IsTelemetryOff);
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            string why = (error.InnerException ?? error).Message;
            missing.Add($"ONNX Runtime's library for {RuntimeInformation.RuntimeIdentifier}: {why}. Build again: the build fetches it from npm");
            return new DoctorReport.OnnxRuntimeFacts(null, [], false);
        }
    }

    private static DoctorReport.CudaFacts Cuda(DoctorReport.OnnxRuntimeFacts onnxRuntime, List<string> missing)
    {
        // What is loaded from the folders of ANNEAL_CUDA_LIBS is found by its name from then on.
        string? problem = onnxRuntime.Version is null ? "CUDA: ONNX Runtime does not load" : OrtInfo.Problem(OrtDevice.Cuda);
        if (problem is not null)
        {
            missing.Add($"CUDA (optional): {problem}");
        }

        ILookup<bool, string> libraries = CudaLibraries.Driver.Concat(CudaLibraries.Needed).Append(CudaLibraries.Provider).ToLookup(IsThere);
        return new DoctorReport.CudaFacts(problem is null, [.. libraries[true]], [.. libraries[false]]);
    }

    // The provider's own library needs the core one beside it in memory to load: that it is there is what can be said.
    private static bool IsThere(string library)
    {
        if (library == CudaLibraries.Provider)
        {
            return File.Exists(Path.Combine(AppContext.BaseDirectory, library));
        }

        bool loads = NativeLibrary.TryLoad(library, out nint handle);
        if (loads)
        {
            NativeLibrary.Free(handle);
        }

        return loads;
    }

    private static void Write(DoctorReport report, TextWriter output)
    {
        var table = new TextTable("FACT", "HERE");
        table.Add("anneal", report.Version);
        table.Add(".NET", report.Dotnet);
        table.Add("system", report.Os);
        table.Add("processor", $"{report.Cpu.Model} ({report.Cpu.Architecture})");
        table.Add("features", string.Join(' ', report.Cpu.Features));
        table.Add("kernels", FormattableString.Invariant($"{report.Cpu.VectorBits}-bit"));
        table.Add("cores", FormattableString.Invariant($"{report.Cpu.Cores}, threads used: {report.Cpu.Threads}"));
        table.Add("memory", FormattableString.Invariant($"{report.MemoryMb} MB"));
        table.Add("ONNX Runtime", report.OnnxRuntime.Version ?? "does not load");
        table.Add("providers", string.Join(' ', report.OnnxRuntime.Providers));
        table.Add("telemetry", report.OnnxRuntime.Telemetry ? "ON" : "off");
        table.Add("CUDA", report.Cuda.Usable ? "usable" : "not usable");
        table.Add("CUDA libraries", report.Cuda.Found.Count == 0 ? "none" : string.Join(' ', report.Cuda.Found));
        table.Add("CUDA folders", Environment.GetEnvironmentVariable(CudaLibraries.FoldersVariable) is { Length: > 0 } folders ? folders : $"those of the loader; {CudaLibraries.FoldersVariable} names others");
        table.Add("MNIST", report.MnistFolder ?? "not there");
        table.Write(output);
        foreach (string line in report.Missing)
        {
            output.WriteLine($"missing: {line}");
        }

        output.WriteLine(report.Usable ? "usable: training, export and validation run on the CPU" : "NOT usable");
    }
}
