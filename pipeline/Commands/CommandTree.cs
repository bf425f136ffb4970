using System.CommandLine;
using System.CommandLine.Help;

namespace Anneal.Pipeline.Commands;

/// <summary>All commands. A new command is one class and one line here.</summary>
internal static class CommandTree
{
    public const string ToolName = "anneal";

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Write one JSON object, the result, to standard output and everything else to standard error.",
        Recursive = true,
    };

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Show where an error comes from.", Recursive = true };

    public static RootCommand Create()
    {
        var root = new RootCommand("Turns a pipelines.yaml into a trained, validated, servable ONNX model.")
        {
            new RunCommand(),
            new ResumeCommand(),
            new CheckCommand(),
            new ExplainCommand(),
            new PredictCommand(),
            new ValidateCommand(),
            new InspectCommand(),
            new RunsCommand(),
            new CompareCommand(),
            new BenchCommand(),
            new TestOnnxCommand(),
            new DoctorCommand(),
            new SchemaCommand(),
        };
        root.Add(Json);
        root.Add(Verbose);
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        return root;
    }
}
