namespace Anneal.Pipeline.Preflight;

/// <summary>Names in a sentence.</summary>
internal static class Listing
{
    private const int Shown = 6;

    /// <summary>The first names, and how many more there are.</summary>
    public static string Of(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? FormattableString.Invariant($" and {names.Count - Shown} more") : "");
}
