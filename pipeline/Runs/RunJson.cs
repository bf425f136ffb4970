using System.Text.Json.Serialization;

namespace Anneal.Pipeline.Runs;

/// <summary>The JSON form of a run's files.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(SortedDictionary<string, int>))]
[JsonSerializable(typeof(SortedDictionary<string, BatchRecord[]>))]
[JsonSerializable(typeof(VariantRecord[]))]
internal sealed partial class RunJson : JsonSerializerContext;
