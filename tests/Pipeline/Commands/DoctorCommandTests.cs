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
}
