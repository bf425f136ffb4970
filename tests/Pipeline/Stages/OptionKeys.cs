using System.Collections;
using System.Reflection;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;

namespace Anneal.Tests.Pipeline.Stages;

/// <summary>The keys of options records, by reflection.</summary>
internal static class OptionKeys
{
    /// <summary>All keys of a record that shape a result, its kinds and the records under it included.</summary>
    /// <param name="record">The record.</param>
    public static IEnumerable<string> Of(Type record)
    {
        if (record.GetCustomAttribute<OneOfAttribute>() is { } kinds)
        {
            return kinds.Kinds.SelectMany(Of);
        }

        return new RecordShape(record).Keys.Where(k => k.Key.AffectsResult).SelectMany(k => Under(k.Property.PropertyType) is { } below ? Of(below).Append(Name(record, k)) : [Name(record, k)]);
    }

    /// <summary>The keys of a value that are not at their defaults, those of the records under it included.</summary>
    /// <param name="value">A record, a list of them, or a plain value, which has none.</param>
    public static IEnumerable<string> Changed(object? value)
    {
        if (value is IEnumerable items and not string)
        {
            return items.Cast<object?>().SelectMany(Changed);
        }

        return value is null || value.GetType().IsEnum || value.GetType().Namespace != typeof(PipelineOptions).Namespace
            ? []
            : new RecordShape(value.GetType()).Keys.SelectMany(k => Changed(k.Property.GetValue(value)).Concat(Equals(k.Property.GetValue(value), k.Default) ? [] : [Name(value.GetType(), k)]));
    }

    private static string Name(Type record, OptionKey key) => $"{record.Name}.{key.Key.Name}";

    private static Type? Under(Type type)
    {
        Type item = type.IsGenericType ? type.GetGenericArguments()[^1] : type;
        return item.Namespace == typeof(PipelineOptions).Namespace && !item.IsEnum ? item : null;
    }
}
