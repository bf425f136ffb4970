namespace Anneal.Pipeline.Report;

/// <summary>A model's plan, measured node by node.</summary>
/// <param name="Batch">Rows that were run.</param>
/// <param name="Threads">Threads of the engine.</param>
/// <param name="PeakGflops">The measured multiply-add peak on as many threads, in float.</param>
/// <param name="ReadGbPerS">The measured rate of reading memory past all caches, on as many threads.</param>
/// <param name="WriteGbPerS">The same of writing.</param>
/// <param name="Ms">Sum of the nodes' times, in ms.</param>
/// <param name="StepMs">The time of a whole run, the fastest of many, in ms.</param>
/// <param name="OutsideMs">What of a run is in no node, in ms: binding inputs, copying outputs and state; below 0 where measuring each node costs more than that. Nodes have their fastest runs apart, so that some of it is their variation.</param>
/// <param name="ArenaBytes">Memory of all intermediate values.</param>
/// <param name="StateCopies">State outputs that cost a copy because they are not written in place.</param>
/// <param name="Steps">The nodes in execution order.</param>
/// <param name="Ops">The nodes' sums by op, the longest time first.</param>
internal sealed record PlanProfile(
    int Batch,
    int Threads,
    double PeakGflops,
    double ReadGbPerS,
    double WriteGbPerS,
    double Ms,
    double StepMs,
    double OutsideMs,
    long ArenaBytes,
    int StateCopies,
    IReadOnlyList<PlanProfile.Step> Steps,
    IReadOnlyList<PlanProfile.Op> Ops)
{
    /// <summary>What binds a node whose operations at the peak would take longer than its bytes.</summary>
    public const string Arithmetic = "arithmetic";

    /// <summary>What binds a node whose bytes would take longer.</summary>
    public const string Memory = "memory";

    /// <summary>A node.</summary>
    /// <param name="Ms">The fastest run, in ms: other programs only ever add to it.</param>
    /// <param name="Operations">Floating-point operations as the op is written, a multiply-add counting as two; null where no count is known.</param>
    /// <param name="Gflops">Arithmetic speed; above the peak where a method needs fewer operations than are written.</param>
    /// <param name="Bytes">Bytes read and written.</param>
    /// <param name="Limit">What binds it: <see cref="Arithmetic"/> or <see cref="Memory"/>.</param>
    /// <param name="FractionOfLimit">The least time by that limit over the time taken; above 1 where operands come from a cache, or operations are saved.</param>
    internal sealed record Step(
        string Node,
        string Op,
        string Output,
        double Ms,
        double? Operations,
        double? Gflops,
        double? FractionOfPeak,
        long Bytes,
        double GbPerS,
        string Limit,
        double FractionOfLimit,
        bool InPlace);

    /// <summary>All nodes of an op.</summary>
    /// <param name="Nodes">Their number.</param>
    /// <param name="Ms">Their time, in ms.</param>
    /// <param name="Gflops">Their operations over their time; null where no node's are known.</param>
    /// <param name="GbPerS">Their bytes over their time.</param>
    /// <param name="FractionOfLimit">The sum of their least times over their time.</param>
    internal sealed record Op(string Name, int Nodes, double Ms, double? Gflops, double GbPerS, double FractionOfLimit);
}
