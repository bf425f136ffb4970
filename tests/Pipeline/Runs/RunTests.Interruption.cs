using System.Diagnostics;
using Anneal.Pipeline.Runs;
using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Runs;

// Killed, interrupted and resumed.
internal sealed partial class RunTests
{
    [Test]
    public void Resume_AfterKill_GivesTheSameBytes()
    {
        using (Process process = _place.StartTraining("killed", checkpoints: 3))
        {
            process.Kill();
            process.WaitForExit();
        }

        Assert.That(RunFolder.ReadRecord(_place["killed"])!.Status, Is.EqualTo("running"), "killed while it trained");
        Tool resumed = _place.Run("resume", "killed", "--json");

        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        Assert.That(Cached(resumed.Json), Is.EqualTo(new[] { true, true, false, false, false, false, false }));
        AssertSameModel("killed");
        foreach (string log in (string[])["metrics.jsonl", "monitors.jsonl"])
        {
            Assert.That(File.ReadAllText(Path.Combine(_place["killed"], log)), Is.EqualTo(File.ReadAllText(Path.Combine(_place["base"], log))), log);
        }
    }

    [Test]
    public void Run_OtherOptionsAfterAKill_StartsFromNothing()
    {
        string[] other = ["--set", "train.epochs=4", "--set", "train.optimizer.adam.lr=0.004", "--set", "validate.metric={}"];
        using (Process process = _place.StartTraining("changed", checkpoints: 2))
        {
            process.Kill();
            process.WaitForExit();
        }

        Tool changed = _place.Run(["run", "--out", "changed", .. other]);
        Tool undisturbed = _place.Run(["run", "--out", "undisturbed", .. other]);

        Assert.That((changed.ExitCode, undisturbed.ExitCode), Is.EqualTo((0, 0)), changed.Error);
        AssertSameModel("changed", "undisturbed");
        Assert.That(File.ReadAllText(Path.Combine(_place["changed"], "monitors.jsonl")), Is.EqualTo(File.ReadAllText(Path.Combine(_place["undisturbed"], "monitors.jsonl"))));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "SIGINT is sent by kill")]
    public void Resume_AfterControlC_ExitsWith130FirstAndGivesTheSameBytes()
    {
        using Process process = _place.StartTraining("interrupted", checkpoints: 2, "--json");
        using (Process kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        Tool interrupted = Tool.Finish(process);
        Assert.That(interrupted.ExitCode, Is.EqualTo(130), interrupted.Error);
        Assert.That(interrupted.Json.GetProperty("status").GetString(), Is.EqualTo("interrupted"));
        Assert.That(interrupted.Json.GetProperty("stages")[2].GetProperty("status").GetString(), Is.EqualTo("interrupted"));
        Assert.That(interrupted.Error, Does.Contain("the state is saved: go on with 'anneal resume "));
        Assert.That(RunFolder.ReadRecord(_place["interrupted"])!.Status, Is.EqualTo("interrupted"));

        Tool resumed = _place.Run("resume", "interrupted", "--json");
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        Assert.That(resumed.Json.GetProperty("status").GetString(), Is.EqualTo("done"));
        AssertSameModel("interrupted");
    }

    [Test]
    public void Run_FolderInUse_ExitsWithTwo()
    {
        using RunFolder held = RunFolder.Open(_place["held"]);

        Tool tool = _place.Run("run", "--out", "held", "--json");

        Assert.That(tool.ExitCode, Is.EqualTo(2));
        Assert.That(tool.Json.GetProperty("error").GetProperty("message").GetString(), Does.Contain("another process works in this run folder").And.Contain(_place["held"]));
    }

    [Test]
    public void Resume_NoRunThere_ExitsWithTwo()
    {
        Tool tool = _place.Run("resume", "nowhere");

        Assert.That(tool.ExitCode, Is.EqualTo(2));
        Assert.That(tool.Error, Does.StartWith("nowhere: there is no run here (no run.json)"));
    }
}
