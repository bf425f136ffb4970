namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>What a run looks like to a practitioner's eye.</summary>
/// <param name="Name">The verdict, such as <c>learning rate too high</c>.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Evidence">The figures that it rests on.</param>
/// <param name="Advice">What to try.</param>
/// <param name="Plot">The plot of the report that shows it.</param>
internal sealed record Verdict(string Name, Severity Severity, string Evidence, string Advice, string Plot);
