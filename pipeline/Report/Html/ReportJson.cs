using System.Text.Json.Serialization;

namespace Anneal.Pipeline.Report.Html;

/// <summary>The JSON form of a report's data; numbers that are not finite become text.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ReportData))]
internal sealed partial class ReportJson : JsonSerializerContext;
