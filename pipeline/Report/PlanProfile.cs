namespace Anneal.Pipeline.Report;

/// <summary>A model's plan, measured node by node.</summary>
/// <param name="Batch">Rows that were run.</param>
/// <param name="Threads">Threads of the engine.</param>
/// <param name="PeakGflops">The measured multiply-add peak on as many threads.</param>
/// <param name="Ms">Sum of the nodes' times, in ms.</param>
/// <param name="ArenaBytes">Memory of all intermediate values.</param>
/// <param name="StateCopies">State outputs that cost a copy because they are not written in place.</param>
/// <param name="Steps">The nodes in execution order.</param>
internal sealed record PlanProfile(
    int Batch,
    int Threads,
    double PeakGflops,
    double Ms,
    long ArenaBytes,
    int StateCopies,
    IReadOnlyList<PlanProfile.Step> Steps)
{
    /// <param name="Ms">Median time, in ms.</param>
    /// <param name="Gflops">Arithmetic speed; null unless the node is a matrix product.</param>
    /// <param name="Bytes">Bytes read and written.</param>
    internal sealed record Step(
        string Node,
        string Op,
        string Output,
        double Ms,
        double? Gflops,
        double? FractionOfPeak,
        long Bytes,
        double GbPerS,
        bool InPlace);
}
