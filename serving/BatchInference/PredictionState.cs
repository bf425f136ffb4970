using System.Text.Json;
using System.Text.Json.Serialization;

namespace Anneal.Serving.BatchInference;

/// <summary>How far a prediction has come: what lies beside its output until that is complete.</summary>
/// <param name="Command">What was asked for, by name: only the same goes on.</param>
/// <param name="Batch">Rows per run.</param>
/// <param name="RowsRead">Rows of the input that are dealt with.</param>
/// <param name="RowsWritten">Rows of the output.</param>
/// <param name="Rejected">Rows that could not be read.</param>
/// <param name="OutputBytes">The length of the output up to there.</param>
/// <param name="RejectBytes">The length of the reject file up to there.</param>
internal sealed partial record PredictionState(
    IReadOnlyDictionary<string, string> Command, int Batch, long RowsRead, long RowsWritten, long Rejected, long OutputBytes, long RejectBytes)
{
    /// <summary>Writes the state so that a reader sees this one or the one before.</summary>
    public void Save(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, StateJson.Default.PredictionState));

    /// <summary>Reads a state; null where there is none, or none that can be read.</summary>
    public static PredictionState? Load(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return JsonSerializer.Deserialize(stream, StateJson.Default.PredictionState);
        }
        catch (Exception error) when (error is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The name of something asked for that differs; null where nothing does.</summary>
    public string? Difference(IReadOnlyDictionary<string, string> command) =>
        command.Keys.Union(Command.Keys).FirstOrDefault(k => command.GetValueOrDefault(k) != Command.GetValueOrDefault(k));

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(PredictionState))]
    private sealed partial class StateJson : JsonSerializerContext;
}
