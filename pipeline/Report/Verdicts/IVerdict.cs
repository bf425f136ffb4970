namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>A rule that recognises one way in which training goes wrong.</summary>
internal interface IVerdict
{
    /// <summary>Judges a run.</summary>
    /// <param name="run">What was recorded.</param>
    /// <returns>The verdict, or null when the run does not show it.</returns>
    Verdict? Judge(RunHistory run);
}
