using System.CommandLine;
using System.Text.Json.Nodes;
using Anneal.Onnx;
using Anneal.Pipeline.Config;

namespace Anneal.Pipeline.Commands;

internal sealed class SchemaCommand()
    : AnnealCommand("schema", "Prints the JSON Schema of pipelines.yaml, for editors.", "anneal schema > pipelines.schema.json")
{
    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        string schema = ConfigSchema.ToJson();
        if (arguments.GetValue(CommandTree.Json))
        {
            output.Result(JsonNode.Parse(schema)!.ToJsonString());
        }
        else
        {
            output.Text.WriteLine(schema);
        }

        return ExitCode.Done;
    }
}
