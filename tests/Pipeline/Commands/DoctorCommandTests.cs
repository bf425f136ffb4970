using System.Text.Json;

namespace Anneal.Tests.Pipeline.Commands;

internal sealed class DoctorCommandTests
{
    [Test]
    public void Doctor_OnThisMachine_IsUsableWithTelemetryOff()
    {
        Tool tool = Tool.Run("doctor", "--json");

        JsonElement report = tool.Json;
        Assert.That(report.GetProperty("usable").GetBoolean());
        Assert.That(report.GetProperty("onnx_runtime").GetProperty("version").GetString(), Is.EqualTo("1.29.0"));
        Assert.That(report.GetProperty("onnx_runtime").GetProperty("telemetry").GetBoolean(), Is.False);
        Assert.That(report.GetProperty("cpu").GetProperty("vector_bits").GetInt32(), Is.AnyOf(128, 256, 512));
        Assert.That(report.GetProperty("cpu").GetProperty("threads").GetInt32(), Is.EqualTo(Environment.ProcessorCount));
        Assert.That(report.GetProperty("mnist_folder").GetString(), Does.Exist);
        Assert.That(tool.Error, Does.Contain("usable"));
        Assert.That(tool.ExitCode, Is.Zero);
    }

    [Test]
    public void Doctor_FolderOfCudaThatIsNotThere_IsSaid()
    {
        Tool tool = Tool.RunWith("ANNEAL_CUDA_LIBS", "/nowhere/cuda", "doctor", "--json");

        Assert.That(tool.ExitCode, Is.Zero, "CUDA is optional");
        Assert.That(tool.Json.GetProperty("cuda").GetProperty("usable").GetBoolean(), Is.False);
        Assert.That(tool.Json.GetProperty("missing").EnumerateArray().Select(m => m.GetString()), Has.Some.Contains("ANNEAL_CUDA_LIBS names the folder '/nowhere/cuda', which is not there"));
        Assert.That(tool.Error, Does.Match(@"CUDA folders\s+/nowhere/cuda"));
    }

    [Test]
    public void Doctor_Probe_ShowsWhatTheCpuProviderRuns()
    {
        Tool tool = Tool.Run("doctor", "--probe", "--json");

        JsonElement kernels = tool.Json.GetProperty("kernels")[0];
        Assert.That(kernels.GetProperty("provider").GetString(), Is.EqualTo("ort-cpu"));
        Assert.That(kernels.GetProperty("answers").EnumerateArray().Count(a => a.GetProperty("runs").GetBoolean()), Is.GreaterThan(200));
        Assert.That(tool.Error, Does.Match(@"Conv\s+runs").And.Match(@"\d+ of \d+ kernels of opset 18 run on ort-cpu"));
    }
}
