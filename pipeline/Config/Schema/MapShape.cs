using System.Collections;
using System.Text.Json.Nodes;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>Names of the user's choice, kept in the file's order.</summary>
internal sealed class MapShape(Type itemType, ValueShape item) : ValueShape
{
    public ValueShape Item => item;

    public override string Expected => "a map";

    public override bool Fits(YamlNode node) => node is YamlMap;

    public override bool TryBind(YamlNode node, string path, BindContext context, out object? value)
    {
        value = null;
        if (node is not YamlMap map)
        {
            return context.Mismatch(node, path, Expected);
        }

        var items = (IDictionary)Activator.CreateInstance(typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), itemType))!;
        bool isComplete = true;
        foreach (YamlEntry entry in map.Entries)
        {
            string itemPath = BindContext.Join(path, entry.Key);
            context.Found(itemPath, entry.KeyOrigin, entry.Value.Origin);
            if (item.TryBind(entry.Value, itemPath, context, out object? bound))
            {
                items.Add(entry.Key, bound);
            }
            else
            {
                isComplete = false;
            }
        }

        value = items;
        return isComplete;
    }

    public override string? Inline(object? value) => ((ICollection)value!).Count == 0 ? "{}" : null;

    public override void WriteBlock(object value, string path, string doc, int indent, ResolvedWriter writer)
    {
        foreach (DictionaryEntry entry in (IDictionary)value)
        {
            writer.Entry(ScalarShape.Quote((string)entry.Key), item, entry.Value, BindContext.Join(path, (string)entry.Key), doc, indent);
        }
    }

    public override JsonObject ToJsonSchema(JsonSchemaBuilder builder) => new() { ["type"] = "object", ["additionalProperties"] = item.ToJsonSchema(builder) };

    public override JsonNode? ToJson(object? value) => ((ICollection)value!).Count == 0 ? new JsonObject() : null;

    public override YamlNode? Set(YamlNode? node, ReadOnlySpan<string> keys, YamlNode value, string path, BindContext context)
    {
        if (keys.Length == 0)
        {
            return value;
        }

        bool isLeaf = item is ScalarShape or EnumShape;
        string key = isLeaf ? string.Join('.', keys!) : keys[0];
        YamlMap map = node as YamlMap ?? new YamlMap(Origin.Set, []);
        YamlNode? child = item.Set(map.Find(key), isLeaf ? [] : keys[1..], value, BindContext.Join(path, key), context);
        return child is null ? null : map.With(new YamlEntry(key, Origin.Set, child));
    }
}
