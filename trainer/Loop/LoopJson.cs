using System.Text.Json.Serialization;

namespace Anneal.Trainer.Loop;

/// <summary>The JSON form of a run's records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(LoopState))]
[JsonSerializable(typeof(EpochRecord))]
[JsonSerializable(typeof(StepRecord))]
public sealed partial class LoopJson : JsonSerializerContext;
