using System.Text.Json;
using System.Text.Json.Serialization;

namespace Anneal.Serving.Validation;

/// <summary>What a validation found.</summary>
/// <param name="Passed">Whether every gate passed.</param>
/// <param name="Engine">The engine that ran the model.</param>
/// <param name="Rows">Rows that were run.</param>
/// <param name="MaxAbsDiff">Largest absolute difference to the trainer's answers; null without them.</param>
/// <param name="DecisionFlips">Rows that are decided differently; null without the trainer's answers or in a regression.</param>
/// <param name="Flips">The first twenty of them.</param>
/// <param name="Metrics">Metrics from ONNX Runtime's answers alone.</param>
/// <param name="Latency">Times at each batch size.</param>
/// <param name="Gates">The gates' outcomes, in the order they were given.</param>
public sealed partial record ValidationReport(
    bool Passed,
    string Engine,
    int Rows,
    double? MaxAbsDiff,
    int? DecisionFlips,
    IReadOnlyList<FlipRow> Flips,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyList<LatencySummary> Latency,
    IReadOnlyList<GateResult> Gates)
{
    /// <summary>The first place at which ONNX Runtime leaves the trainer; null where parity holds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Divergence? Divergence { get; init; }

    /// <summary>The row of the largest difference to the trainer's answers; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? WorstRow { get; init; }

    /// <summary>The report as JSON, with names in snake_case.</summary>
    /// <returns>Indented JSON.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, Json.Default.ValidationReport);

    /// <summary>Reads a report back.</summary>
    /// <param name="json">The text of <see cref="ToJson"/>.</param>
    /// <returns>The report.</returns>
    /// <exception cref="AnnealException">The text is no report.</exception>
    public static ValidationReport FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Json.Default.ValidationReport) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new AnnealException(ExitCode.Data, $"this is no validation report: {error.Message}", inner: error);
        }
    }

    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    [JsonSerializable(typeof(ValidationReport))]
    private sealed partial class Json : JsonSerializerContext;
}
