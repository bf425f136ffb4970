using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config;

/// <summary>Puts each <c>--set key.path=value</c> into a pipeline's nodes, as if the file had it.</summary>
internal static class Overrides
{
    public static YamlNode Apply(YamlNode pipeline, string name, IReadOnlyList<string> sets, BindContext context)
    {
        string root = $"pipelines.{name}";
        foreach (string set in sets)
        {
            int equals = set.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                context.Error(Origin.Set, "", $"'{set}' is not of the form key.path=value");
                continue;
            }

            string path = set[..equals].Trim();
            if (Value(set[(equals + 1)..].Trim(), BindContext.Join(root, path), context) is YamlNode value)
            {
                pipeline = ValueShape.OfRecord(typeof(PipelineOptions)).Set(pipeline, path.Split('.'), value, root, context) ?? pipeline;
            }
        }

        return pipeline;
    }

    private static YamlNode? Value(string text, string path, BindContext context)
    {
        // A block scalar's sign cannot open a value of one line; a limit's can.
        if (text.Length == 0 || text[0] is '>' or '|')
        {
            return new YamlScalar(Origin.Set, text, IsPlain: true);
        }

        var problems = new List<Diagnostic>();
        YamlNode? value = YamlReader.Read(text, Origin.Set.File, problems);
        foreach (Diagnostic problem in problems)
        {
            context.Error(Origin.Set, BindContext.Join(path, problem.Path).TrimEnd('.'), problem.Message);
        }

        return value;
    }
}
