using System.Text.Json.Serialization;

namespace Anneal.Trainer.Monitors;

/// <summary>The JSON form of what monitors see.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(MonitorRecord))]
public sealed partial class MonitorJson : JsonSerializerContext;
