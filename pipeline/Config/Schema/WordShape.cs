using System.Text.Json.Nodes;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>A value, or a word that stands for null or for a value of its own.</summary>
internal sealed class WordShape(ValueShape inner, params IReadOnlyList<WordAttribute> words) : ValueShape
{
    public ValueShape Inner => inner;

    public IReadOnlyList<WordAttribute> Words => words;

    public override string Expected => string.Join(" or ", [inner.Expected, .. words.Select(w => $"'{w.Text}'")]);

    public override bool TryBind(YamlNode node, string path, BindContext context, out object? value)
    {
        value = null;
        if (node is YamlScalar scalar && words.FirstOrDefault(w => w.Text == scalar.Text) is { } word)
        {
            value = word.Value;
            return true;
        }

        if (!inner.Fits(node))
        {
            return context.Mismatch(node, path, Expected);
        }

        return inner.TryBind(node, path, context, out value);
    }

    public override string? Inline(object? value) => WordOf(value)?.Text ?? inner.Inline(value);

    public override void WriteBlock(object value, string path, string doc, int indent, ResolvedWriter writer) =>
        inner.WriteBlock(value, path, doc, indent, writer);

    public override JsonObject ToJsonSchema(JsonSchemaBuilder builder) =>
        new() { ["anyOf"] = new JsonArray([.. words.Select(w => (JsonNode)new JsonObject { ["const"] = w.Text }), inner.ToJsonSchema(builder)]) };

    public override JsonNode? ToJson(object? value) => WordOf(value)?.Text ?? inner.ToJson(value);

    public override YamlNode? Set(YamlNode? node, ReadOnlySpan<string> keys, YamlNode value, string path, BindContext context) =>
        inner.Set(node is YamlScalar scalar && words.Any(w => w.Text == scalar.Text) ? null : node, keys, value, path, context);

    private WordAttribute? WordOf(object? value) => words.FirstOrDefault(w => Equals(w.Value, value));
}
