using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>A list; of sections, a single one may stand for a list of it alone.</summary>
internal sealed class ListShape(Type itemType, ValueShape item) : ValueShape
{
    public ValueShape Item => item;

    public override string Expected => item is RecordShape ? "a section or a list of them" : "a list";

    public override bool Fits(YamlNode node) => node is YamlList || IsLone(node);

    public override bool TryBind(YamlNode node, string path, BindContext context, out object? value)
    {
        value = null;
        if (!Fits(node))
        {
            return context.Mismatch(node, path, Expected);
        }

        IReadOnlyList<YamlNode> nodes = node is YamlList list ? list.Items : [node];
        var items = Array.CreateInstance(itemType, nodes.Count);
        bool isComplete = true;
        for (int i = 0; i < nodes.Count; i++)
        {
            string itemPath = PathOf(path, i);
            context.Found(itemPath, nodes[i].Origin, nodes[i].Origin);
            isComplete &= item.TryBind(nodes[i], itemPath, context, out object? bound);
            items.SetValue(bound, i);
        }

        value = items;
        return isComplete;
    }

    public override string? Inline(object? value)
    {
        string?[] items = [.. ((IEnumerable)value!).Cast<object?>().Select(item.Inline)];
        return items.Length == 0 || (item is not (OneOfShape or RecordShape) && !items.Contains(null)) ? $"[{string.Join(", ", items)}]" : null;
    }

    public override void WriteBlock(object value, string path, string doc, int indent, ResolvedWriter writer)
    {
        int index = 0;
        foreach (object element in (IEnumerable)value)
        {
            string itemPath = PathOf(path, index++);
            if (item.Inline(element) is string text)
            {
                writer.Text.Append(' ', indent).Append("- ").Append(text).Append('\n');
                writer.Row(itemPath, text, doc);
            }
            else
            {
                int start = writer.Text.Length;
                item.WriteBlock(element, itemPath, doc, indent + 2, writer);
                writer.Text[start + indent] = '-';
            }
        }
    }

    public override JsonObject ToJsonSchema(JsonSchemaBuilder builder) => item is RecordShape
        ? new() { ["anyOf"] = new JsonArray(ArraySchema(builder), item.ToJsonSchema(builder)) }
        : ArraySchema(builder);

    public override JsonNode? ToJson(object? value)
    {
        JsonNode?[] items = [.. ((IEnumerable)value!).Cast<object?>().Select(item.ToJson)];
        return items.Contains(null) ? null : new JsonArray(items);
    }

    public override YamlNode? Set(YamlNode? node, ReadOnlySpan<string> keys, YamlNode value, string path, BindContext context)
    {
        if (keys.Length == 0)
        {
            return value;
        }

        if (IsLone(node))
        {
            return item.Set(node, keys, value, PathOf(path, 0), context);
        }

        int count = (node as YamlList)?.Items.Count ?? 0;
        if (node is YamlList list && int.TryParse(keys[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < count)
        {
            return item.Set(list.Items[index], keys[1..], value, PathOf(path, index), context) is YamlNode changed ? list.With(index, changed) : null;
        }

        string message = count == 0 ? "the list has no items in the file; set the whole list" : $"no such item; the list has items 0 to {count - 1}";
        context.Error(Origin.Set, BindContext.Join(path, keys[0]), message);
        return null;
    }

    private bool IsLone(YamlNode? node) => item is RecordShape && node is YamlMap;

    private JsonObject ArraySchema(JsonSchemaBuilder builder) => new() { ["type"] = "array", ["items"] = item.ToJsonSchema(builder) };

    private static string PathOf(string path, int index) => BindContext.Join(path, index.ToString(CultureInfo.InvariantCulture));
}
