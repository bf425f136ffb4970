using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Anneal.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Commands;

internal sealed class CommandHostTests
{
    private static IEnumerable<string> Commands() => Names(CommandTree.Create(), "");

    private static IEnumerable<string> Names(Command command, string path) =>
        command.Subcommands.SelectMany(c => Names(c, $"{path} {c.Name}".Trim()).Prepend($"{path} {c.Name}".Trim()));

    [TestCaseSource(nameof(Commands))]
    public void Help_OfEveryCommand_HasExampleAndJson(string command)
    {
        var help = new StringWriter { NewLine = "\n" };
        int code = CommandTree.Create().Parse([.. command.Split(' '), "--help"]).Invoke(new InvocationConfiguration { Output = help });

        Assert.That(code, Is.Zero);
        Assert.That(help.ToString(), Does.Contain($"Example:\n  anneal {command}"));
        Assert.That(help.ToString(), Does.Contain("--json"));
    }

    [Test]
    public void Help_OfTheTool_ListsEveryCommandAndExitCode()
    {
        Tool tool = Tool.Run("--help");

        Assert.That(tool.ExitCode, Is.Zero);
        foreach (Command command in CommandTree.Create().Subcommands)
        {
            Assert.That(tool.Output, Does.Contain($"\n  {command.Name}"));
        }

        Assert.That(tool.Output, Does.Contain("130  interrupted"));
    }

    [TestCase("explian", "unknown command 'explian'; did you mean 'explain'?\nSee 'anneal --help'.")]
    [TestCase("doctor --jsno", "unknown option '--jsno'; did you mean '--json'?\nSee 'anneal doctor --help'.")]
    [TestCase("bench", "'anneal bench' needs one of: step, epoch, gemm, feed, monitors, predict\nSee 'anneal bench --help'.")]
    [TestCase("bench gemm --sizes 0", "--sizes takes whole numbers from 1 to 16384 separated by commas, got '0'\nSee 'anneal bench gemm --help'.")]
    [TestCase("bench step --engine smid", "--engine takes one of simd, ort, got 'smid'\nSee 'anneal bench step --help'.")]
    [TestCase("bench step --threads 1.5", "--threads takes a whole number from 1 to 1024, got '1.5'\nSee 'anneal bench step --help'.")]
    [TestCase("inspect --bacth 3", "unknown option '--bacth'; did you mean '--batch'?\nunexpected argument '3'\nSee 'anneal inspect --help'.")]
    [TestCase("schema extra", "unexpected argument 'extra'\nSee 'anneal schema --help'.")]
    public void Describe_WrongCommandLine_SaysWhatToDo(string line, string message) =>
        Assert.That(ParseErrors.Describe(CommandTree.Create().Parse(line.Split(' '))), Is.EqualTo(message));

    [TestCase("explain --file -x")]
    [TestCase("inspect -- -x.onnx")]
    public void Describe_RightCommandLine_FindsNothing(string line) =>
        Assert.That(ParseErrors.Describe(CommandTree.Create().Parse(line.Split(' '))), Is.Null);

    [Test]
    public void Run_WrongCommandLine_ExitsWithTwo()
    {
        Tool tool = Tool.Run("explian");

        Assert.That(tool.Error, Does.StartWith("unknown command 'explian'; did you mean 'explain'?"));
        Assert.That(tool.Output, Is.Empty);
        Assert.That(tool.ExitCode, Is.EqualTo(2));
    }

    [Test]
    public void Run_WrongCommandLineWithJson_PrintsTheErrorAsJson()
    {
        Tool tool = Tool.Run("explain", "--bogus", "--json");

        Assert.That(tool.Json.GetProperty("error").GetProperty("code").GetInt32(), Is.EqualTo(2));
        Assert.That(tool.Json.GetProperty("error").GetProperty("message").GetString(), Does.StartWith("unknown option '--bogus'"));
        Assert.That(tool.ExitCode, Is.EqualTo(2));
    }

    [Test]
    public void Run_NoArguments_ShowsHelpAndExitsWithTwo()
    {
        Tool tool = Tool.Run();

        Assert.That(tool.Output, Does.Contain("Usage:"));
        Assert.That(tool.ExitCode, Is.EqualTo(2));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Run_Interrupted_SaysSoAndExitsWith130()
    {
        using Process process = Tool.Start(AppContext.BaseDirectory, "bench", "step", "--case", "tabular", "--seconds", "60", "--json");
        Assert.That(process.StandardError.ReadLine(), Does.StartWith("measuring tabular"));
        Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        Tool tool = Tool.Finish(process);

        Assert.That(tool.Json.GetProperty("error").GetProperty("code").GetInt32(), Is.EqualTo(130));
        Assert.That(tool.ExitCode, Is.EqualTo(130));
    }
}
