using System.Text.Json.Serialization;
using Anneal.Pipeline.Preflight.Data;

namespace Anneal.Pipeline.Preflight;

/// <summary>The JSON form of what preflight writes.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PreflightReport))]
[JsonSerializable(typeof(DataReport))]
internal sealed partial class PreflightJson : JsonSerializerContext;
