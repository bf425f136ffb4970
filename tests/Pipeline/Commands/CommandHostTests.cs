using System.CommandLine;
using Anneal.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Commands;

[Parallelizable(ParallelScope.Children)]
internal sealed class CommandHostTests
{
    private static IEnumerable<string> Commands() => Names(CommandTree.Create(), "");

    private static IEnumerable<string> Names(Command command, string path) =>
        command.Subcommands.SelectMany(c => Names(c, $"{path} {c.Name}".Trim()).Prepend($"{path} {c.Name}".Trim()));

    [TestCaseSource(nameof(Commands))]
    public void Help_OfEveryCommand_HasExampleAndJson(string command)
    {
        Tool tool = Tool.Run([.. command.Split(' '), "--help"]);

        Assert.That(tool.ExitCode, Is.Zero);
        Assert.That(tool.Output, Does.Contain($"Example:\n  anneal {command}".ReplaceLineEndings()));
        Assert.That(tool.Output, Does.Contain("--json"));
        Assert.That(tool.Error, Is.Empty);
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
    [TestCase("bench", "'anneal bench' needs one of: step, gemm\nSee 'anneal bench --help'.")]
    [TestCase("bench gemm --sizes 0", "--sizes takes whole numbers from 1 to 16384 separated by commas, got '0'\nSee 'anneal bench gemm --help'.")]
    [TestCase("bench step --case mpl", "--case takes one of mlp, mlp32, tabular, got 'mpl'\nSee 'anneal bench step --help'.")]
    [TestCase("bench step --threads 1.5", "--threads takes a whole number from 1 to 1024, got '1.5'\nSee 'anneal bench step --help'.")]
    [TestCase("schema extra", "unexpected argument 'extra'\nSee 'anneal schema --help'.")]
    public void Run_WrongCommandLine_ExitsWithTwoAndSaysWhatToDo(string line, string message)
    {
        Tool tool = Tool.Run(line.Split(' '));

        Assert.That(tool.Error.ReplaceLineEndings("\n"), Is.EqualTo(message + "\n"));
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
}
