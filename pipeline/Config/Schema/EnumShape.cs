using System.Reflection;
using System.Runtime.Serialization;
using System.Text;
using System.Text.Json.Nodes;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>A word out of an enum's names: in snake_case, or as <see cref="EnumMemberAttribute"/> gives it.</summary>
internal sealed class EnumShape(Type type) : ValueShape
{
    private readonly string[] _names = [.. Enum.GetNames(type).Select(n => type.GetField(n)!.GetCustomAttribute<EnumMemberAttribute>()?.Value ?? SnakeCase(n))];
    private readonly Array _values = Enum.GetValues(type);

    public override string Expected => _names.Length == 1 ? $"'{_names[0]}'" : "one of: " + string.Join(", ", _names);

    public override bool TryBind(YamlNode node, string path, BindContext context, out object? value)
    {
        value = null;
        if (node is not YamlScalar scalar || scalar.IsNull)
        {
            return context.Mismatch(node, path, Expected);
        }

        int index = Array.IndexOf(_names, scalar.Text);
        if (index < 0)
        {
            context.Error(node.Origin, path, $"unknown value '{scalar.Text}'{Suggestion.For(scalar.Text, _names)}");
            return false;
        }

        value = _values.GetValue(index);
        return true;
    }

    public override string Inline(object? value) => value is null ? "~" : _names[Array.IndexOf(_values, value)];

    public override JsonObject ToJsonSchema(JsonSchemaBuilder builder) =>
        new() { ["enum"] = new JsonArray([.. _names.Select(n => (JsonNode)n)]) };

    public override JsonNode? ToJson(object? value) => value is null ? null : Inline(value);

    internal static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
