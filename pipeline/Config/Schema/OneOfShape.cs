using System.Reflection;
using System.Text.Json.Nodes;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>One of several records, chosen by its key; a kind that needs no keys may be given as a word.</summary>
internal sealed class OneOfShape : ValueShape
{
    private readonly (Type Type, KeyAttribute Key)[] _kinds;
    private readonly string[] _names;

    public OneOfShape(Type type)
    {
        OneOfAttribute kinds = type.GetCustomAttribute<OneOfAttribute>() ?? throw new InvalidOperationException($"{type} lacks [OneOf]");
        _kinds = [.. kinds.Kinds.Select(k => (k, k.GetCustomAttribute<KeyAttribute>()!))];
        _names = [.. _kinds.Select(k => k.Key.Name)];
    }

    /// <summary>The records that can be chosen, each with its key.</summary>
    public IReadOnlyList<(Type Type, KeyAttribute Key)> Kinds => _kinds;

    public override string Expected => "one of: " + string.Join(", ", _names);

    public override bool TryBind(YamlNode node, string path, BindContext context, out object? value)
    {
        value = null;
        if (node is YamlScalar { IsNull: false } scalar)
        {
            RecordShape? kind = Kind(scalar.Text);
            if (kind is null)
            {
                context.Error(node.Origin, path, $"unknown value '{scalar.Text}'{Suggestion.For(scalar.Text, _names)}");
                return false;
            }

            string kindPath = BindContext.Join(path, scalar.Text);
            context.Found(kindPath, node.Origin, node.Origin);
            return kind.TryBind(new YamlScalar(node.Origin, "", IsPlain: true), kindPath, context, out value);
        }

        if (node is not YamlMap map)
        {
            return context.Mismatch(node, path, Expected);
        }

        if (map.Entries.Select(e => Kind(e.Key)).FirstOrDefault(k => k is { IsBeside: true }) is { } beside)
        {
            return beside.TryBind(map, path, context, out value);
        }

        foreach (YamlEntry entry in map.Entries)
        {
            string kindPath = BindContext.Join(path, entry.Key);
            if (Kind(entry.Key) is not RecordShape kind)
            {
                context.Error(entry.KeyOrigin, kindPath, "unknown key" + Suggestion.For(entry.Key, _names));
            }
            else if (value is not null)
            {
                context.Error(entry.KeyOrigin, kindPath, $"only one can be chosen, and '{map.Entries[0].Key}' is already given");
            }
            else
            {
                context.Found(kindPath, entry.KeyOrigin, entry.Value.Origin);
                if (!kind.TryBind(entry.Value, kindPath, context, out value))
                {
                    return false;
                }
            }
        }

        if (map.Entries.Count == 0)
        {
            return context.Mismatch(node, path, Expected);
        }

        return value is not null;
    }

    public override string? Inline(object? value) =>
        value is null ? "~" : OfRecord(value.GetType()).Keys.Count == 0 ? NameOf(value) : null;

    public override void WriteBlock(object value, string path, string doc, int indent, ResolvedWriter writer)
    {
        (Type type, KeyAttribute key) = _kinds.First(k => k.Type == value.GetType());
        if (OfRecord(type).IsBeside)
        {
            OfRecord(type).WriteBlock(value, path, doc, indent, writer);
            return;
        }

        writer.Entry(key.Name, OfRecord(type), value, BindContext.Join(path, key.Name), key.Doc, indent);
    }

    public override JsonObject ToJsonSchema(JsonSchemaBuilder builder)
    {
        var choices = new JsonArray();
        foreach ((Type type, KeyAttribute key) in _kinds)
        {
            RecordShape kind = OfRecord(type);
            if (kind.IsBeside)
            {
                choices.Add(kind.ToJsonSchema(builder));
                continue;
            }

            if (!kind.IsBare && kind.Keys.All(k => !k.IsRequired))
            {
                choices.Add(new JsonObject { ["const"] = key.Name, ["description"] = key.Doc });
            }

            choices.Add(new JsonObject
            {
                ["type"] = "object",
                ["description"] = key.Doc,
                ["properties"] = new JsonObject { [key.Name] = kind.ToJsonSchema(builder) },
                ["required"] = new JsonArray(key.Name),
                ["additionalProperties"] = false,
            });
        }

        return new JsonObject { ["oneOf"] = choices };
    }

    public override JsonNode? ToJson(object? value) => value is not null && Inline(value) is string name ? name : null;

    /// <summary>A kind other than the file's takes its place.</summary>
    public override YamlNode? Set(YamlNode? node, ReadOnlySpan<string> keys, YamlNode value, string path, BindContext context)
    {
        if (keys.Length == 0)
        {
            return value;
        }

        string name = keys[0];
        YamlMap? map = node as YamlMap;
        bool isBeside = map?.Entries.Any(e => Kind(e.Key) is { IsBeside: true }) == true;
        if ((Kind(name) ?? (isBeside ? map!.Entries.Select(e => Kind(e.Key)).First(k => k is { IsBeside: true }) : null)) is { IsBeside: true } beside)
        {
            return beside.Set(isBeside ? map : null, keys, value, path, context);
        }

        string kindPath = BindContext.Join(path, name);
        if (Kind(name) is not RecordShape kind)
        {
            context.Error(Origin.Set, kindPath, "unknown key" + Suggestion.For(name, _names));
            return null;
        }

        YamlNode? inner = node is YamlScalar scalar && scalar.Text == name ? new YamlMap(node.Origin, []) : (node as YamlMap)?.Find(name);
        YamlNode? child = kind.Set(inner, keys[1..], value, kindPath, context);
        return child is null ? null : new YamlMap(node?.Origin ?? Origin.Set, [new YamlEntry(name, Origin.Set, child)]);
    }

    public string NameOf(object value) => _kinds.First(k => k.Type == value.GetType()).Key.Name;

    private RecordShape? Kind(string name)
    {
        int index = Array.IndexOf(_names, name);
        return index < 0 ? null : OfRecord(_kinds[index].Type);
    }
}
