using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Anneal.Onnx.Metrics;

namespace Anneal.Onnx.Formats;

/// <summary>What a deployable model takes and answers beyond its graph's inputs and outputs: stored as JSON in the file's metadata.</summary>
public sealed partial record ModelSignature
{
    /// <summary>The metadata key that holds the signature.</summary>
    public const string MetadataKey = "anneal.signature";

    /// <summary>The output that holds a class's name (or number) per row; there is none for labels.</summary>
    public const string LabelOutput = "label";

    /// <summary>The output that holds a class's index per row, [N] int64; 0 or 1 for each label, [N, L] int64.</summary>
    public const string ClassOutput = "class";

    /// <summary>The output that holds a probability per class or label, [N, C] float.</summary>
    public const string ProbabilitiesOutput = "probabilities";

    /// <summary>The output that holds the probability of class 1 of two, [N, 1] float.</summary>
    public const string ProbabilityOutput = "probability";

    /// <summary>The output of a regression, [N, 1] float, or [N, K] of several numbers.</summary>
    public const string PredictionOutput = "prediction";

    /// <summary>The output that holds what becomes probabilities, [N, K] float, where it was asked for.</summary>
    public const string LogitsOutput = "logits";

    /// <summary>The output that holds what enters the last layer, [N, D] float, where it was asked for.</summary>
    public const string EmbeddingsOutput = "embeddings";

    /// <summary>What the model answers.</summary>
    public required ModelTask Task { get; init; }

    /// <summary>The names of classes or labels, by index; of a regression those of its numbers where there are several, else empty.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>The probability from which on a row is decided to be of class 1, or to have a label.</summary>
    public float Threshold { get; init; } = Decisions.Threshold;

    /// <summary>The settings of the metrics that the model was judged by.</summary>
    public MetricOptions Metrics { get; init; } = new();

    /// <summary>The metric that the loss in training equals; null where the answers do not tell the loss.</summary>
    public string? LossMetric { get; init; }

    /// <summary>The inputs that are made of several of a table's columns; any other input is the column of its name.</summary>
    public ImmutableArray<SignatureInput> Inputs { get; init; } = [];

    /// <summary>The order of the dimensions of an input of images.</summary>
    public ImageLayout Layout { get; init; }

    /// <summary>The text table that the model was trained on; null when it was none.</summary>
    public SignatureTable? Table { get; init; }

    /// <summary>The signature as it is stored.</summary>
    /// <returns>JSON on one line.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, Json.Default.ModelSignature);

    /// <summary>Reads the signature out of a model's metadata.</summary>
    /// <param name="metadata">The file's key-value metadata.</param>
    /// <returns>The signature, or null when there is none.</returns>
    /// <exception cref="AnnealException">It is no signature.</exception>
    public static ModelSignature? Find(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(MetadataKey, out string? json))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(json, Json.Default.ModelSignature) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new AnnealException(ExitCode.Data, $"metadata '{MetadataKey}' is no signature: {error.Message}", inner: error);
        }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(ModelSignature))]
    private sealed partial class Json : JsonSerializerContext;
}
