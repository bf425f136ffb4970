using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Profiles;

/// <summary>How the rows that a model was trained on are spread, column by column: stored as JSON in the file's metadata, so that later rows can be held against them.</summary>
/// <param name="Rows">The number of training rows.</param>
/// <param name="Columns">The columns of all inputs.</param>
public sealed partial record InputProfile(long Rows, ImmutableArray<ColumnProfile> Columns)
{
    /// <summary>The metadata key that holds the profile.</summary>
    public const string MetadataKey = "anneal.profile";

    private const int Bins = 20;
    private const int MostCategories = 50;
    private const int LongestCategory = 64;

    /// <summary>Describes training rows.</summary>
    /// <param name="feeds">All rows by input name, raw, the first dimension being rows.</param>
    /// <returns>The profile; columns in the order of the inputs.</returns>
    public static InputProfile Of(IReadOnlyDictionary<string, Tensor> feeds) => new(
        feeds.Values.FirstOrDefault() is { Rank: > 0 } any ? any.Shape[0] : 0,
        [.. feeds.SelectMany(f => InputColumn.Of(f.Key, f.Value)).Select(Of)]);

    /// <summary>The profile as it is stored.</summary>
    /// <returns>JSON on one line.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, Stored.Default.InputProfile);

    /// <summary>Reads the profile out of a model's metadata.</summary>
    /// <param name="metadata">The file's key-value metadata.</param>
    /// <returns>The profile, or null when there is none.</returns>
    /// <exception cref="AnnealException">It is no profile.</exception>
    public static InputProfile? Find(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(MetadataKey, out string? json))
        {
            return null;
        }

        try
        {
            InputProfile profile = JsonSerializer.Deserialize(json, Stored.Default.InputProfile) ?? throw new JsonException("null");
            return !profile.Columns.IsDefault && profile.Columns.All(c => c is not null && IsWhole(c)) ? profile : throw new JsonException("a column is not whole");
        }
        catch (JsonException error)
        {
            throw new AnnealException(ExitCode.Data, $"metadata '{MetadataKey}' is no profile: {error.Message}", inner: error);
        }
    }

    private static bool IsWhole(ColumnProfile column)
    {
        int bins = column.Edges.IsDefault ? column.Categories.IsDefault ? -1 : column.Categories.Length : column.Edges.Length;
        return column.Name is not null && !column.Shares.IsDefault && column.Shares.Length == bins + 1 && (column.Categories.IsDefault || column.Categories.All(c => c is not null));
    }

    private static ColumnProfile Of(InputColumn column) => column.Texts is { } texts ? OfTexts(column.Name, texts) : OfNumbers(column.Name, column.Numbers!);

    private static ColumnProfile OfNumbers(string name, float[] numbers)
    {
        float[] sorted = [.. numbers.Where(v => !float.IsNaN(v)).Order()];
        double missing = Share(numbers.Length - sorted.Length, numbers.Length);
        if (sorted.Length == 0)
        {
            return new ColumnProfile(name, missing, [0]) { Edges = [] };
        }

        float[] edges = [.. Enumerable.Range(1, Bins - 1).Select(i => sorted[Math.Max(0, (int)((long)i * sorted.Length / Bins) - 1)]).Distinct()];
        long[] counts = new long[edges.Length + 1];
        foreach (float value in sorted)
        {
            counts[BinOf(edges, value)]++;
        }

        double mean = sorted.Average(v => (double)v);
        return new ColumnProfile(name, missing, [.. counts.Select(c => Share(c, sorted.Length))])
        {
            Edges = [.. edges],
            Mean = mean,
            Deviation = Math.Sqrt(sorted.Average(v => (v - mean) * (v - mean))),
            Min = sorted[0],
            Max = sorted[^1],
        };
    }

    private static ColumnProfile OfTexts(string name, string[] texts)
    {
        string[] present = [.. texts.Where(t => t.Length > 0)];
        (string Text, int Count)[] counts =
        [
            .. present.CountBy(t => t, StringComparer.Ordinal).Where(c => c.Key.Length <= LongestCategory)
                .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(MostCategories).Select(c => (c.Key, c.Value)),
        ];
        return new ColumnProfile(
            name,
            Share(texts.Length - present.Length, texts.Length),
            [.. counts.Select(c => Share(c.Count, present.Length)), Share(present.Length - counts.Sum(c => c.Count), present.Length)])
        {
            Categories = [.. counts.Select(c => c.Text)],
        };
    }

    /// <summary>The bin of a number: the first whose edge is not below it.</summary>
    internal static int BinOf(ReadOnlySpan<float> edges, float value)
    {
        int at = edges.BinarySearch(value);
        return at >= 0 ? at : ~at;
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    [JsonSerializable(typeof(InputProfile))]
    private sealed partial class Stored : JsonSerializerContext;
}
