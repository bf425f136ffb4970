using System.Text;

namespace Anneal.Pipeline.Report;

/// <summary>Rows of text under aligned headings; nothing is wrapped or cut, so that lines can be searched.</summary>
/// <param name="headings">The headings; one that begins with <c>&gt;</c> aligns its column to the right.</param>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [[.. headings.Select(h => h.TrimStart('>'))]];

    public void Add(params string[] cells)
    {
        if (cells.Length != headings.Length)
        {
            throw new ArgumentException($"{cells.Length} cells under {headings.Length} headings", nameof(cells));
        }

        _rows.Add(cells);
    }

    /// <summary>The headings and rows.</summary>
    public IEnumerable<string> Lines
    {
        get
        {
            int[] widths = [.. headings.Select((_, c) => _rows.Max(r => r[c].Length))];
            var line = new StringBuilder();
            foreach (string[] row in _rows)
            {
                line.Clear();
                for (int c = 0; c < row.Length; c++)
                {
                    line.Append(c == 0 ? "" : "  ").Append(headings[c].StartsWith('>') ? row[c].PadLeft(widths[c]) : row[c].PadRight(widths[c]));
                }

                yield return line.ToString().TrimEnd();
            }
        }
    }

    public void Write(TextWriter output)
    {
        foreach (string line in Lines)
        {
            output.WriteLine(line);
        }
    }
}
