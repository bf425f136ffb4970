using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Nodes;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>What the file may hold in one place, derived from a property's type and attributes.</summary>
internal abstract class ValueShape
{
    private static readonly ConcurrentDictionary<Type, ValueShape> s_records = new();

    /// <summary>The phrase after "expected".</summary>
    public abstract string Expected { get; }

    /// <summary>Binds the node, or reports why it cannot and returns false.</summary>
    public abstract bool TryBind(YamlNode node, string path, BindContext context, out object? value);

    /// <summary>Whether the node is of the kind <see cref="Expected"/> names; its content may still be wrong.</summary>
    public virtual bool Fits(YamlNode node) => true;

    /// <summary>The value on one line, or null when it takes a block.</summary>
    public abstract string? Inline(object? value);

    /// <summary>Writes the value as a block, each line ended.</summary>
    public virtual void WriteBlock(object value, string path, string doc, int indent, ResolvedWriter writer) => throw new InvalidOperationException();

    public abstract JsonObject ToJsonSchema(JsonSchemaBuilder builder);

    /// <summary>The value as the schema's default, or null when it has no single JSON value.</summary>
    public virtual JsonNode? ToJson(object? value) => null;

    /// <summary>Returns the node with the value put at the remaining keys, or reports that they lead nowhere and returns null.</summary>
    public virtual YamlNode? Set(YamlNode? node, ReadOnlySpan<string> keys, YamlNode value, string path, BindContext context)
    {
        if (keys.Length > 0)
        {
            context.Error(Origin.Set, BindContext.Join(path, keys[0]), $"the value is {Expected} and has no keys");
            return null;
        }

        return value;
    }

    public static RecordShape OfRecord(Type type) => (RecordShape)s_records.GetOrAdd(type, t => new RecordShape(t));

    public static ValueShape Of(PropertyInfo property)
    {
        WordAttribute[] words = [.. property.GetCustomAttributes<WordAttribute>()];
        ValueShape shape = Of(property.PropertyType, property.GetCustomAttribute<RangeAttribute>(), words, out bool isWordUsed);
        return words.Length == 0 || isWordUsed ? shape : new WordShape(shape, words);
    }

    private static ValueShape Of(Type type, RangeAttribute? range, WordAttribute[] words, out bool isWordUsed)
    {
        isWordUsed = false;
        if (Nullable.GetUnderlyingType(type) is Type underlying)
        {
            ValueShape inner = Of(underlying, range, [], out _);
            isWordUsed = words.Length > 0;
            return isWordUsed ? new WordShape(inner, words) : inner;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            Type item = type.GetGenericArguments()[0];
            return new ListShape(item, Of(item, range, words, out isWordUsed));
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            Type item = type.GetGenericArguments()[1];
            return new MapShape(item, Of(item, range, words, out isWordUsed));
        }

        return type.IsEnum ? new EnumShape(type)
            : ScalarShape.Accepts(type) ? new ScalarShape(type, range)
            : type.IsAbstract ? s_records.GetOrAdd(type, t => new OneOfShape(t))
            : OfRecord(type);
    }
}
