namespace Anneal.Pipeline.Config;

/// <summary>The nearest of some names to a misspelt one.</summary>
internal static class Suggestion
{
    /// <summary>"; did you mean 'x'?", or "; expected one of: …" when nothing is near; a prefix that all share is no part of the comparison.</summary>
    public static string For(string name, IReadOnlyList<string> names, string prefix = "")
    {
        string? nearest = null;
        int best = Math.Max(1, Math.Min(name.Length, 40) / 4);
        foreach (string candidate in names)
        {
            if (Math.Abs(candidate.Length - name.Length) > best)
            {
                continue;
            }

            int distance = Distance(Fold(name), Fold(candidate));
            if (distance < best || (distance == best && nearest is null))
            {
                (best, nearest) = (distance, candidate);
            }
        }

        return nearest is not null ? $"; did you mean '{prefix}{nearest}'?"
            : names.Count == 0 ? "; no key is expected here"
            : $"; expected {(names.Count == 1 ? prefix + names[0] : "one of: " + string.Join(", ", names.Select(n => prefix + n)))}";
    }

    /// <summary>Damerau–Levenshtein distance, each pair of letters swapped at most once.</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (int j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(substitute, 1 + Math.Min(d[i - 1, j], d[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }

    private static string Fold(string name) => name.ToLowerInvariant().Replace('-', '_');
}
