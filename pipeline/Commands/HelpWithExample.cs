using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Anneal.Onnx;

namespace Anneal.Pipeline.Commands;

/// <summary>Help, ended by the command's example and, for the tool itself, by the exit codes.</summary>
internal sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
{
    private const string ExitCodes =
        "Exit codes:\n"
        + "  0    done\n"
        + "  1    a gate or check failed\n"
        + "  2    the command line or the configuration is wrong\n"
        + "  3    a data or model file is wrong\n"
        + "  70   a bug in anneal\n"
        + "  130  interrupted, with the state saved\n";

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        Command command = parseResult.CommandResult.Command;
        output.WriteLine($"Example:\n  {ExampleOf(command)}\n");
        if (command is RootCommand)
        {
            output.WriteLine(ExitCodes);
        }

        return (int)ExitCode.Done;
    }

    private static string ExampleOf(Command command) => command is AnnealCommand leaf ? leaf.Example : ExampleOf(command.Subcommands[0]);
}
