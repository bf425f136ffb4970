using System.Text.Json;
using System.Text.Json.Serialization;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>A few rows with the trainer's answers, kept in the file's metadata so that any machine can replay them.</summary>
/// <param name="Inputs">The rows by input name, raw, as the model takes them.</param>
/// <param name="Outputs">The answers by output name.</param>
public sealed partial record GoldenRows(IReadOnlyDictionary<string, Tensor> Inputs, IReadOnlyDictionary<string, Tensor> Outputs)
{
    /// <summary>The metadata key that holds the rows.</summary>
    public const string MetadataKey = "anneal.golden";

    /// <summary>The number of rows.</summary>
    public int Rows => Inputs.Values.FirstOrDefault() is { Rank: > 0 } rows ? rows.Shape[0] : 0;

    /// <summary>The rows as they are stored: each tensor is the standard's <c>TensorProto</c> in base64.</summary>
    /// <returns>JSON on one line.</returns>
    public string ToJson() => JsonSerializer.Serialize(new Stored(Pack(Inputs), Pack(Outputs)), StoredJson.Default.Stored);

    /// <summary>Reads the rows out of a model's metadata.</summary>
    /// <param name="metadata">The file's key-value metadata.</param>
    /// <returns>The rows, or null when there are none.</returns>
    /// <exception cref="AnnealException">They are cut or changed beyond reading.</exception>
    public static GoldenRows? Find(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(MetadataKey, out string? json))
        {
            return null;
        }

        try
        {
            Stored stored = JsonSerializer.Deserialize(json, StoredJson.Default.Stored) ?? throw new JsonException("null");
            var golden = new GoldenRows(Unpack(stored.Inputs), Unpack(stored.Outputs));
            return golden.Inputs.Concat(golden.Outputs).FirstOrDefault(t => t.Value.Rank == 0 || t.Value.Shape[0] != golden.Rows) is { Key: { } ragged }
                ? throw AnnealException.BadData($"'{ragged}' does not have {golden.Rows} rows")
                : golden;
        }
        catch (AnnealException error)
        {
            throw error.In($"metadata '{MetadataKey}'");
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            throw new AnnealException(ExitCode.Data, $"metadata '{MetadataKey}' holds no golden rows: {error.Message}", inner: error);
        }
    }

    private static SortedDictionary<string, string> Pack(IReadOnlyDictionary<string, Tensor> tensors) =>
        new(tensors.ToDictionary(t => t.Key, t => Convert.ToBase64String(TensorFormat.ToBytes(t.Value))), StringComparer.Ordinal);

    private static Dictionary<string, Tensor> Unpack(SortedDictionary<string, string> tensors) =>
        tensors.ToDictionary(t => t.Key, t => TensorFormat.Read(Convert.FromBase64String(t.Value)), StringComparer.Ordinal);

    private sealed record Stored(SortedDictionary<string, string> Inputs, SortedDictionary<string, string> Outputs);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(Stored))]
    private sealed partial class StoredJson : JsonSerializerContext;
}
