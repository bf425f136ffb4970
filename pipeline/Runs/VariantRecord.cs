namespace Anneal.Pipeline.Runs;

/// <summary>How another form of the exported model fared.</summary>
/// <param name="Name">Its name: float16, int8 or dynamic_int8.</param>
/// <param name="Shipped">Whether its file stands beside the model.</param>
/// <param name="File">The file's name in the run's folder; null where it does not ship.</param>
/// <param name="Bytes">The size of the last attempt.</param>
/// <param name="FloatBytes">The size of the model.</param>
/// <param name="Attempts">The attempts, in order; the last one is what ships or fails.</param>
internal sealed record VariantRecord(string Name, bool Shipped, string? File, long Bytes, long FloatBytes, IReadOnlyList<VariantRecord.Attempt> Attempts)
{
    /// <summary>A try.</summary>
    /// <param name="KeptFloat">The nodes left in float, the worst first.</param>
    /// <param name="Gates">The gates' outcomes.</param>
    internal sealed record Attempt(IReadOnlyList<string> KeptFloat, IReadOnlyList<GateSummary> Gates)
    {
        /// <summary>Whether all of them passed.</summary>
        public bool Passed => Gates.All(g => g.Passed);
    }

    /// <summary>What came of it, in a sentence.</summary>
    public string Summary
    {
        get
        {
            Attempt last = Attempts[^1];
            string kept = last.KeptFloat.Count == 0 ? "" : $", in float: {string.Join(", ", last.KeptFloat)}";
            string size = FormattableString.Invariant($"{Bytes / 1e6:0.000} of {FloatBytes / 1e6:0.000} MB");
            string gates = Shipped
                ? string.Join("; ", last.Gates.Where(g => g.Name != "structure").Select(g => g.Detail))
                : string.Join("; ", last.Gates.Where(g => !g.Passed).Select(g => $"{g.Name}: {g.Detail}"));
            return $"{(Shipped ? File : "not shipped")}{kept}: {size}; {gates}";
        }
    }
}
