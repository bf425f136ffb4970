using System.Text.Json.Nodes;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>The JSON Schema (draft 2020-12) of an options record, for editors.</summary>
internal sealed class JsonSchemaBuilder
{
    private readonly JsonObject _definitions = [];

    private JsonSchemaBuilder()
    {
    }

    public static JsonObject Build(Type root)
    {
        var builder = new JsonSchemaBuilder();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "pipelines.yaml",
            ["$ref"] = builder.Reference(ValueShape.OfRecord(root))["$ref"]!.DeepClone(),
        };
        schema["$defs"] = builder._definitions;
        return schema;
    }

    public JsonObject Reference(RecordShape record)
    {
        if (!_definitions.ContainsKey(record.Name))
        {
            _definitions[record.Name] = null;
            _definitions[record.Name] = Define(record);
        }

        return new JsonObject { ["$ref"] = $"#/$defs/{record.Name}" };
    }

    private JsonObject Define(RecordShape record)
    {
        if (record.IsBare)
        {
            return record.Primary!.Shape.ToJsonSchema(this);
        }

        var properties = new JsonObject();
        foreach (OptionKey key in record.Keys)
        {
            JsonObject property = key.Shape.ToJsonSchema(this);
            property["description"] = key.Key.Doc;
            if (!key.IsRequired && (key.Default is not null || key.Shape is WordShape) && key.Shape.ToJson(key.Default) is JsonNode value)
            {
                property["default"] = value;
            }

            properties[key.Key.Name] = key.MayBeAbsent && key.Shape is not WordShape
                ? new JsonObject { ["description"] = key.Key.Doc, ["anyOf"] = new JsonArray(property, new JsonObject { ["type"] = "null" }) }
                : property;
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        string[] required = [.. record.Keys.Where(k => k.IsRequired).Select(k => k.Key.Name)];
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray([.. required.Select(n => (JsonNode)n)]);
        }

        return record.Primary is null ? schema
            : new JsonObject { ["anyOf"] = new JsonArray(record.Primary.Shape.ToJsonSchema(this), schema) };
    }
}
