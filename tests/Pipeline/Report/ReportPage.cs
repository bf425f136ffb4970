using System.Text.Json;
using System.Text.RegularExpressions;

namespace Anneal.Tests.Pipeline.Report;

/// <summary>What a report's page shows, read from the file.</summary>
internal static partial class ReportPage
{
    public static JsonElement Read(string path) => JsonDocument.Parse(Data().Match(File.ReadAllText(path)).Groups[1].Value).RootElement;

    public static string[] Verdicts(JsonElement report) => [.. report.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("name").GetString()!)];

    [GeneratedRegex("<script id=\"data\" type=\"application/json\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Data();
}
