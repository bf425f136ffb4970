using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Anneal.Pipeline.Report.Html;

/// <summary>Writes a report as one HTML file that needs no network: data, script, style and the plotting library are inside.</summary>
internal static partial class ReportWriter
{
    /// <summary>The report's text.</summary>
    /// <param name="data">What it shows.</param>
    public static string Write(ReportData data) => Placeholder().Replace(Resource("report.html"), match => match.Groups[1].Value switch
    {
        "title" => System.Net.WebUtility.HtmlEncode($"{data.Pipeline} · {data.Run}"),
        "style" => Resource("report.css"),
        // No text of the data may end the element that holds it: the serializer writes '<' as an escape.
        "data" => JsonSerializer.Serialize(data, ReportJson.Default.ReportData),
        "echarts" => Resource("echarts.min.js"),
        "script" => Resource("report.js"),
        var other => throw new NotSupportedException($"the report's page has no place for '{other}'"),
    });

    private static string Resource(string name)
    {
        using Stream stream = typeof(ReportWriter).Assembly.GetManifestResourceStream("report/" + name)
            ?? throw new InvalidOperationException($"resource 'report/{name}' is missing from the build");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Placeholder();
}
