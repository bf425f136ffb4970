using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Profiles;

/// <summary>Counts rows into the bins of a profile, batch after batch, in memory that does not grow with them.</summary>
/// <param name="profile">The training rows.</param>
public sealed class DriftCounter(InputProfile profile)
{
    // Bins that are empty on one side would make the index infinite.
    private const double LeastShare = 1e-4;

    // The normal distribution's quantile of 0.999, for Wilson and Hilferty's approximation of χ².
    private const double Quantile = 3.0902;

    private readonly Dictionary<string, Counts> _columns = profile.Columns.ToDictionary(c => c.Name, c => new Counts(c), StringComparer.Ordinal);

    /// <summary>The columns of the profile that no row has had so far.</summary>
    public IReadOnlyList<string> Absent => [.. profile.Columns.Select(c => c.Name).Where(n => _columns[n].Rows == 0)];

    /// <summary>Counts rows.</summary>
    /// <param name="input">The input's name.</param>
    /// <param name="rows">Its rows.</param>
    public void Add(string input, Tensor rows)
    {
        foreach (InputColumn column in InputColumn.Of(input, rows))
        {
            _columns.GetValueOrDefault(column.Name)?.Add(column);
        }
    }

    /// <summary>The measures of all columns that had rows, the largest index first.</summary>
    public IReadOnlyList<DriftMeasure> Measures() =>
        [.. _columns.Values.Where(c => c.Rows > 0).Select(c => c.Measure(profile.Rows)).OrderByDescending(m => m.Psi).ThenBy(m => m.Column, StringComparer.Ordinal)];

    private sealed class Counts(ColumnProfile column)
    {
        private readonly long[] _bins = new long[column.Shares.Length];
        private readonly float[] _edges = column.Edges.IsDefault ? [] : [.. column.Edges];
        private readonly Dictionary<string, int> _categories = column.Categories.IsDefault
            ? []
            : column.Categories.Select((c, i) => (c, i)).DistinctBy(c => c.c).ToDictionary(c => c.c, c => c.i, StringComparer.Ordinal);

        private double _sum;
        private long _missing;
        private long _unseen;

        public long Rows { get; private set; }

        public void Add(InputColumn rows)
        {
            if (rows.Texts is not null == column.Categories.IsDefault)
            {
                throw AnnealException.BadData($"column '{rows.Name}' is of {(rows.Texts is null ? "numbers" : "texts")}, and was not in training");
            }

            Rows += rows.Texts?.Length ?? rows.Numbers!.Length;
            foreach (string text in rows.Texts ?? [])
            {
                bool isSeen = _categories.TryGetValue(text, out int bin);
                Count(text.Length == 0, isSeen ? bin : _bins.Length - 1, !isSeen && column.Shares[^1] == 0);
            }

            foreach (float value in rows.Numbers ?? [])
            {
                bool isMissing = float.IsNaN(value);
                _sum += isMissing ? 0 : value;
                Count(isMissing, isMissing ? 0 : InputProfile.BinOf(_edges, value), value < column.Min || value > column.Max);
            }
        }

        public DriftMeasure Measure(long trained)
        {
            long present = Rows - _missing;
            double missing = ((double)_missing / Rows) - column.Missing;
            if (present == 0)
            {
                return new DriftMeasure(column.Name, 0, 0, 0, null, missing, 0);
            }

            double psi = 0;
            double ks = 0;
            double below = 0;
            for (int i = 0; i < _bins.Length; i++)
            {
                double q = (double)_bins[i] / present;
                double p = column.Shares[i];
                psi += (Math.Max(q, LeastShare) - Math.Max(p, LeastShare)) * Math.Log(Math.Max(q, LeastShare) / Math.Max(p, LeastShare));
                below += q - p;
                ks = column.Categories.IsDefault ? Math.Max(ks, Math.Abs(below)) : ks + (Math.Abs(q - p) / 2);
            }

            // Of rows of one spread the index is about χ² of so many degrees of freedom, scaled.
            double freedom = Math.Max(1, column.Shares.Count(s => s > 0) - 1);
            double term = 1 - (2 / (9 * freedom)) + (Quantile * Math.Sqrt(2 / (9 * freedom)));
            double chance = freedom * term * term * term * ((1.0 / present) + (1 / Math.Max(1, trained * (1 - column.Missing))));
            double? shift = column is { Mean: { } mean, Deviation: { } deviation } ? ((_sum / present) - mean) / Math.Max(deviation, double.Epsilon) : null;
            shift = shift is { } s && column.Deviation == 0 ? (_sum / present == column.Mean ? 0 : Math.Sign(s) * double.PositiveInfinity) : shift;
            return new DriftMeasure(column.Name, psi, chance, ks, shift, missing, (double)_unseen / present);
        }

        private void Count(bool isMissing, int bin, bool isUnseen)
        {
            if (isMissing)
            {
                _missing++;
                return;
            }

            _bins[bin]++;
            _unseen += isUnseen ? 1 : 0;
        }
    }
}
