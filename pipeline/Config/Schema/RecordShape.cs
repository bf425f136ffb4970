using System.Reflection;
using System.Text.Json.Nodes;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

internal sealed class RecordShape : ValueShape
{
    private readonly Type _type;

    public RecordShape(Type type)
    {
        _type = type;
        object prototype = Activator.CreateInstance(type)!;
        Keys =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Select(p => (Property: p, Key: p.GetCustomAttribute<KeyAttribute>()))
                .Where(p => p.Key is not null)
                .OrderByDescending(p => p.Key!.IsPrimary)
                .Select(p => new OptionKey(p.Property, p.Key!, prototype)),
        ];
        Names = [.. Keys.Select(k => k.Key.Name)];
        IsBare = type.IsDefined(typeof(BareAttribute));
        IsBeside = type.IsDefined(typeof(BesideAttribute));
        Primary = IsBare ? Keys[0] : Keys.FirstOrDefault(k => k.Key.IsPrimary);
    }

    public IReadOnlyList<OptionKey> Keys { get; }

    public IReadOnlyList<string> Names { get; }

    public OptionKey? Primary { get; }

    public bool IsBare { get; }

    /// <summary>Whether the keys stand beside the one that chooses the record among its kinds.</summary>
    public bool IsBeside { get; }

    public string Name => _type.Name;

    public override string Expected => IsBare ? Primary!.Shape.Expected : Primary is null ? "a map" : $"{Primary.Shape.Expected} or a map";

    public override bool TryBind(YamlNode node, string path, BindContext context, out object? value)
    {
        value = null;
        if (IsBare)
        {
            value = Activator.CreateInstance(_type)!;
            bool isBound = Primary!.Shape.TryBind(node, path, context, out object? bare);
            Primary.Property.SetValue(value, bare);
            return isBound;
        }

        if (node is not YamlMap && !node.IsEmpty && Primary is null)
        {
            return context.Mismatch(node, path, Expected);
        }

        value = Activator.CreateInstance(_type)!;
        var map = (YamlMap)Expand(node);
        foreach (YamlEntry entry in map.Entries)
        {
            string keyPath = BindContext.Join(path, entry.Key);
            context.Found(keyPath, entry.KeyOrigin, entry.Value.Origin);
            OptionKey? key = Keys.FirstOrDefault(k => k.Key.Name == entry.Key);
            if (key is null)
            {
                context.Error(entry.KeyOrigin, keyPath, "unknown key" + Suggestion.For(entry.Key, Names));
            }
            else if (key.MayBeAbsent && entry.Value is { IsNull: true, IsEmpty: false })
            {
                key.Property.SetValue(value, null);
            }
            else if (key.Shape.TryBind(entry.Value, keyPath, context, out object? bound))
            {
                key.Property.SetValue(value, bound);
            }
            else
            {
                context.Unfilled(keyPath);
            }
        }

        foreach (OptionKey key in Keys)
        {
            if (key.IsRequired && map.Find(key.Key.Name) is null)
            {
                string keyPath = BindContext.Join(path, key.Key.Name);
                context.Error(node.Origin, keyPath, $"required key is missing ({key.Key.Doc})");
                context.Unfilled(keyPath);
            }
        }

        return true;
    }

    public override string? Inline(object? value) => IsBare ? Primary!.Shape.Inline(Primary.Property.GetValue(value)) : Keys.Count == 0 ? "{}" : null;

    public override void WriteBlock(object value, string path, string doc, int indent, ResolvedWriter writer)
    {
        if (IsBare)
        {
            Primary!.Shape.WriteBlock(Primary.Property.GetValue(value)!, path, Primary.Key.Doc, indent, writer);
            return;
        }

        foreach (OptionKey key in Keys)
        {
            writer.Entry(key, key.Property.GetValue(value), BindContext.Join(path, key.Key.Name), indent);
        }
    }

    public override JsonObject ToJsonSchema(JsonSchemaBuilder builder) => builder.Reference(this);

    public override YamlNode? Set(YamlNode? node, ReadOnlySpan<string> keys, YamlNode value, string path, BindContext context)
    {
        if (IsBare)
        {
            return Primary!.Shape.Set(node, keys, value, path, context);
        }

        if (keys.Length == 0)
        {
            return value;
        }

        string name = keys[0];
        string keyPath = BindContext.Join(path, name);
        OptionKey? key = Keys.FirstOrDefault(k => k.Key.Name == name);
        if (key is null)
        {
            context.Error(Origin.Set, keyPath, "unknown key" + Suggestion.For(name, Names));
            return null;
        }

        YamlMap map = (node is null ? null : Expand(node)) as YamlMap ?? new YamlMap(Origin.Set, []);
        YamlNode? child = key.Shape.Set(map.Find(name), keys[1..], value, keyPath, context);
        return child is null ? null : map.With(new YamlEntry(name, Origin.Set, child));
    }

    /// <summary>The long form of <c>dense: 10</c>, and of a key with nothing after it.</summary>
    private YamlNode Expand(YamlNode node) =>
        node is YamlMap ? node
        : node.IsEmpty ? new YamlMap(node.Origin, [])
        : Primary is not null ? new YamlMap(node.Origin, [new YamlEntry(Primary.Key.Name, node.Origin, node)])
        : node;
}
