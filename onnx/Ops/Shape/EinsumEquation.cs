namespace Anneal.Onnx.Ops;

/// <summary>An equation of Einsum with its dimensions numbered from 0; those of an ellipsis have numbers of their own.</summary>
/// <param name="Inputs">The numbers of each input's dimensions.</param>
/// <param name="Output">Those of the output.</param>
internal sealed record EinsumEquation(int[][] Inputs, int[] Output)
{
    private const int MaxLabels = 52;
    private const string Ellipsis = "...";

    /// <summary>Reads an equation.</summary>
    /// <param name="text">Terms separated by commas, then the output's term or none.</param>
    /// <param name="ranks">The ranks of the inputs.</param>
    /// <returns>The equation; null where it is none, or does not fit.</returns>
    public static EinsumEquation? Parse(string text, int[] ranks)
    {
        string[] sides = text.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] terms = sides[0].Split(',');
        bool isWellFormed = sides.Length <= 2 && terms.Length == ranks.Length
            && sides.SelectMany(s => s.Split(',')).All(t => t.Replace(Ellipsis, "", StringComparison.Ordinal).All(char.IsAsciiLetter) && t.Split(Ellipsis).Length <= 2);
        if (!isWellFormed)
        {
            return null;
        }

        int[] rest = [.. terms.Select((t, i) => t.Contains(Ellipsis, StringComparison.Ordinal) ? ranks[i] - t.Length + Ellipsis.Length : 0)];
        int spread = rest.Max();
        var numbers = new Dictionary<char, int>();
        int[]? Number(string term, int dims, bool isOutput)
        {
            var labels = new List<int>();
            for (int i = 0; i < term.Length; i++)
            {
                if (term[i] == '.')
                {
                    labels.AddRange(Enumerable.Range(spread - dims, dims));
                    i += Ellipsis.Length - 1;
                }
                else if (numbers.TryGetValue(term[i], out int known))
                {
                    labels.Add(known);
                }
                else if (isOutput)
                {
                    return null;
                }
                else
                {
                    labels.Add(numbers[term[i]] = spread + numbers.Count);
                }
            }

            return [.. labels];
        }

        if (rest.Min() < 0)
        {
            return null;
        }

        int[][] inputs = [.. terms.Select((t, i) => Number(t, rest[i], isOutput: false)!)];
        string output = sides.Length == 2 ? sides[1]
            : Ellipsis + string.Concat(sides[0].Where(char.IsAsciiLetter).GroupBy(c => c).Where(g => g.Count() == 1).Select(g => g.Key).Order());
        int[]? result = Number(output, spread, isOutput: true);
        bool fits = result is not null && result.Distinct().Count() == result.Length && numbers.Count + spread <= MaxLabels
            && inputs.Select((l, i) => l.Length == ranks[i]).All(f => f);
        return fits ? new EinsumEquation(inputs, result!) : null;
    }
}
