using System.Text.Json;
using Anneal.Onnx;
using Anneal.Pipeline.Runs;

namespace Anneal.Tests.Pipeline.Runs;

internal sealed class RunSummaryTests
{
    [Test]
    public void Json_OfARun_HasTheFieldsThatOtherProgramsRelyOn()
    {
        var summary = new RunSummary(
            "mnist",
            "runs/mnist/1",
            "gate_failed",
            [new StageSummary("train", "done", true, 1.5)],
            new Dictionary<string, IReadOnlyDictionary<string, double>> { ["test"] = new Dictionary<string, double> { ["accuracy"] = 0.5 } },
            new ValidationSummary(false, 1e-6, 0, [new GateSummary("test.accuracy", false, 0.5, 0.9)]),
            "model.onnx")
        {
            ExitCode = ExitCode.GateFailed,
        };

        Assert.That(JsonSerializer.Serialize(summary, RunSummaryJson.Default.RunSummary), Is.EqualTo(
            """
            {"pipeline":"mnist","run":"runs/mnist/1","status":"gate_failed","stages":[{"name":"train","status":"done","cached":true,"seconds":1.5}],
            "metrics":{"test":{"accuracy":0.5}},
            "validation":{"passed":false,"max_abs_diff":1E-06,"decision_flips":0,"gates":[{"name":"test.accuracy","passed":false,"value":0.5,"limit":0.9,"detail":""}]},
            "model":"model.onnx"}
            """.ReplaceLineEndings("")));
    }
}
