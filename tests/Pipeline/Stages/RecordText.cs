using System.Collections;
using System.Globalization;
using System.Reflection;
using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Pipeline.Stages;

/// <summary>A record with all that its public properties hold, as text: records compare their lists by reference.</summary>
internal static class RecordText
{
    /// <summary>The text; places in files and graphs are left out.</summary>
    public static string Of(object? value) => value switch
    {
        null => "none",
        string text => text,
        IFormattable plain => plain.ToString(null, CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Of))}]",
        _ => $"{value.GetType().Name}({string.Join(", ", Properties(value).Select(p => $"{p.Name}: {Of(p.GetValue(value))}"))})",
    };

    private static IEnumerable<PropertyInfo> Properties(object value) => value.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.GetIndexParameters().Length == 0 && p.PropertyType != typeof(Origin) && p.PropertyType != typeof(TrainingGraphs))
        .OrderBy(p => p.Name, StringComparer.Ordinal);
}
