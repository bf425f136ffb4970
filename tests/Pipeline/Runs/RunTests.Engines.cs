using System.Text.Json;
using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Runs;

// On other engines and devices.
internal sealed partial class RunTests
{
    [Test]
    public void Run_InOnnxRuntime_TrainsToNearlyTheSameMetrics()
    {
        Tool tool = _place.Run("run", "--out", "ort", "--engine", "ort", "--device", "cpu", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        double loss = Loss(tool.Json);
        Assert.That(loss, Is.EqualTo(Loss(_first.Json)).Within(0.05));
        JsonElement record = JsonDocument.Parse(File.ReadAllText(Path.Combine(_place["ort"], "run.json"))).RootElement;
        Assert.That(record.GetProperty("engine").GetString(), Is.EqualTo("ort-cpu"));
        JsonElement placement = record.GetProperty("placement");
        Assert.That(placement.GetProperty("nodes").GetProperty("CPUExecutionProvider").GetInt32(), Is.Positive);
        Assert.That(placement.GetProperty("in_place").GetInt32(), Is.EqualTo(12), "four parameters with two states each");
        Assert.That(placement.GetProperty("two_buffers").GetInt32(), Is.Zero);
        Assert.That(tool.Error, Does.Contain("train    on ort-cpu: ").And.Contain("12 states replaced in place"));

        static double Loss(JsonElement result) => result.GetProperty("metrics").GetProperty("test").GetProperty("loss").GetDouble();
    }

    [Test]
    [Explicit("takes half a minute: dotnet test --filter TestCategory=Slow")]
    [Category("Slow")]
    public void Run_InHalfPrecision_TrainsToNearlyTheSameMetricsAndCountsSkippedSteps()
    {
        Tool tool = _place.Run("run", "--out", "fp16", "--engine", "ort", "--device", "cpu", "--set", "train.precision=fp16", "--set", "train.loss_scale=16777216", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        double loss = tool.Json.GetProperty("metrics").GetProperty("test").GetProperty("loss").GetDouble();
        Assert.That(loss, Is.EqualTo(_first.Json.GetProperty("metrics").GetProperty("test").GetProperty("loss").GetDouble()).Within(0.05));
        JsonElement placement = JsonDocument.Parse(File.ReadAllText(Path.Combine(_place["fp16"], "run.json"))).RootElement.GetProperty("placement");
        Assert.That(placement.GetProperty("precision").GetString(), Is.EqualTo("float16"));
        Assert.That(tool.Error, Does.Contain("mixed float16, ").And.Match(@"[1-9]\d* steps skipped whose gradients overflowed, loss scale \d"));
    }

    [Test]
    public void Run_HalfPrecisionOnSimd_IsAnErrorWithItsPlace()
    {
        Tool tool = _place.Run("run", "--out", "half", "--set", "train.precision=bf16");

        Assert.That(tool.ExitCode, Is.EqualTo(2));
        Assert.That(tool.Error, Does.Contain("train.precision: the engine simd computes in float32"));
    }

    [Test]
    public void Run_SimdOnCuda_SaysWhichEngineRunsThere()
    {
        Tool tool = _place.Run("run", "--out", "cuda", "--device", "cuda");

        Assert.That(tool.ExitCode, Is.EqualTo(2));
        Assert.That(tool.Error, Does.Contain("--engine ort"));
    }

    [Test]
    public void Run_CudaThatIsNotThere_ExitsWithThreeAndTrainsNothing()
    {
        if (Anneal.Serving.OrtInfo.Problem(Anneal.Serving.OrtDevice.Cuda) is null)
        {
            Assert.Ignore("CUDA works here");
        }

        Tool tool = _place.Run("run", "--out", "cuda", "--engine", "ort", "--device", "cuda");

        Assert.That(tool.ExitCode, Is.EqualTo(3));
        Assert.That(tool.Error, Does.Contain("CUDA provider").And.Contain("--device cpu"));
        Assert.That(Directory.Exists(Path.Combine(_place["cuda"], "checkpoints")) && Directory.EnumerateFiles(Path.Combine(_place["cuda"], "checkpoints")).Any(), Is.False);
    }

    [Test]
    public void Run_DeviceAuto_SaysWhatItTook()
    {
        Tool tool = _place.Run("run", "--out", "auto", "--engine", "ort", "--until", "data");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Error, Does.Match("device   ort-(cpu|cuda)"));
    }

    [Test]
    public void Inspect_PlanOfAStep_PrintsTheProofsOfItsUpdates()
    {
        Tool tool = _place.Run("inspect", Path.Combine(_place["base"], "step.onnx"), "--plan", "--batch", "16", "--threads", "1", "--json");

        JsonElement[] updates = [.. tool.Json.GetProperty("updates").EnumerateArray()];
        Assert.That(updates, Has.Length.EqualTo(12));
        Assert.That(updates.Select(u => u.GetProperty("is_in_place").GetBoolean()), Is.All.True);
        Assert.That(tool.Error, Does.Contain("12 of 12 states are replaced in place by ONNX Runtime"));
    }
}
