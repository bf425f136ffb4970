using System.CommandLine;
using Anneal.Onnx;

namespace Anneal.Pipeline.Commands;

/// <summary>A command: its arguments, and its work. Constructing one must stay cheap: help constructs them all.</summary>
internal abstract class AnnealCommand : Command
{
    protected AnnealCommand(string name, string description, string example)
        : base(name, description)
    {
        Example = example;
        SetAction(_ => (int)ExitCode.Done);
    }

    /// <summary>A command line that help shows.</summary>
    public string Example { get; }

    public abstract ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel);
}
