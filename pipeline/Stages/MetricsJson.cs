using System.Text.Json.Serialization;

namespace Anneal.Pipeline.Stages;

/// <summary>The JSON form of metrics by part.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(SortedDictionary<string, IReadOnlyDictionary<string, double>>), TypeInfoPropertyName = "MetricsByPart")]
internal sealed partial class MetricsJson : JsonSerializerContext;
