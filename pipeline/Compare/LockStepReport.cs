namespace Anneal.Pipeline.Compare;

/// <summary>What <c>compare --json</c> prints: the same steps on several engines, each from the first one's state.</summary>
/// <param name="Subject">The pipeline or the bench's case.</param>
/// <param name="Engines">The engines; the others are held against the first.</param>
/// <param name="Steps">The number of steps.</param>
/// <param name="Tolerance">The largest difference that passes, as a share of a tensor's scale.</param>
/// <param name="Passed">Whether all differences do.</param>
/// <param name="First">The first difference beyond it, in order of steps and tensors; null where there is none.</param>
/// <param name="Tensors">Every tensor that a step gives.</param>
internal sealed record LockStepReport(
    string Subject,
    IReadOnlyList<string> Engines,
    int Steps,
    double Tolerance,
    bool Passed,
    LockStepReport.Breach? First,
    IReadOnlyList<LockStepReport.Compared> Tensors)
{
    /// <summary>The largest difference of all steps and tensors, as a share of the tensor's scale.</summary>
    public double Largest => Tensors.Select(t => t.Largest).DefaultIfEmpty(0).Max();

    /// <summary>A tensor.</summary>
    /// <param name="Name">Its name: an output, or a state after the step.</param>
    /// <param name="Differences">The largest absolute difference in each step, over all engines, as a share of the tensor's scale: its own largest element, or a thousandth of the largest of its kind.</param>
    /// <param name="Undetermined">Elements, over all steps, that were left out: weights whose gradient is zero within the tolerance, of which an adaptive rule makes a whole step of either sign.</param>
    internal sealed record Compared(string Name, IReadOnlyList<double> Differences, long Undetermined)
    {
        /// <summary>The largest of all steps.</summary>
        public double Largest => Differences.DefaultIfEmpty(0).Max();
    }

    /// <summary>A difference beyond the tolerance.</summary>
    /// <param name="Step">The step, from 1.</param>
    /// <param name="Tensor">The tensor.</param>
    /// <param name="Engine">The engine that differs from the first.</param>
    /// <param name="Difference">By how much, as a share of the tensor's scale.</param>
    /// <param name="Kinks">Where the two engines took different sides in that step.</param>
    internal sealed record Breach(int Step, string Tensor, string Engine, double Difference, Kinks Kinks);

    /// <summary>Kinks of a step's forward pass, and how many of them two engines passed on different sides.</summary>
    /// <param name="Relus">Values that a Relu cuts off at zero.</param>
    /// <param name="ReluFlips">Those that are above zero on one engine alone.</param>
    /// <param name="Maxima">Windows of which a MaxPool takes the largest value.</param>
    /// <param name="MaximaFlips">Those whose largest stands elsewhere on the other engine.</param>
    internal sealed record Kinks(long Relus, long ReluFlips, long Maxima, long MaximaFlips);
}
