using System.Text.Json.Serialization;

namespace Anneal.Serving.Probing;

/// <summary>The format of the files of answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(KernelAnswer[]))]
internal sealed partial class KernelAnswersJson : JsonSerializerContext;
