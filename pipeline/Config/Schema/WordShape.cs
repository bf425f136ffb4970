using System.Text.Json.Nodes;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>A value, or a word that stands for null.</summary>
internal sealed class WordShape(ValueShape inner, string word) : ValueShape
{
    public ValueShape Inner => inner;

    public override string Expected => $"{inner.Expected} or '{word}'";

    public override bool TryBind(YamlNode node, string path, BindContext context, out object? value)
    {
        value = null;
        if (node is YamlScalar scalar && scalar.Text == word)
        {
            return true;
        }

        if (!inner.Fits(node))
        {
            return context.Mismatch(node, path, Expected);
        }

        return inner.TryBind(node, path, context, out value);
    }

    public override string? Inline(object? value) => value is null ? word : inner.Inline(value);

    public override void WriteBlock(object value, string path, string doc, int indent, ResolvedWriter writer) =>
        inner.WriteBlock(value, path, doc, indent, writer);

    public override JsonObject ToJsonSchema(JsonSchemaBuilder builder) =>
        new() { ["anyOf"] = new JsonArray(new JsonObject { ["const"] = word }, inner.ToJsonSchema(builder)) };

    public override JsonNode? ToJson(object? value) => value is null ? word : inner.ToJson(value);

    public override YamlNode? Set(YamlNode? node, ReadOnlySpan<string> keys, YamlNode value, string path, BindContext context) =>
        inner.Set(node is YamlScalar scalar && scalar.Text == word ? null : node, keys, value, path, context);
}
