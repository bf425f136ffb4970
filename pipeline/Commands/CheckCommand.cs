using System.CommandLine;
using Anneal.Onnx;
using Anneal.Pipeline.Preflight;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Diagnostics;

namespace Anneal.Pipeline.Commands;

internal sealed class CheckCommand : AnnealCommand
{
    private const int Shown = 25;

    private readonly RequestOptions _request = new();
    private readonly Option<bool> _lrFind = new("--lr-find") { Description = "Also try learning rates, a step at each, and suggest one." };

    public CheckCommand()
        : base("check", "Checks a pipeline without training it: configuration, files, data, layers, preflight.", "anneal check adult")
    {
        _request.AddTo(this);
        Add(_lrFind);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        RunRequest request = _request.Of(arguments);
        (string summary, PreflightReport preflight) = PipelineRunner.Check(request, new ConsoleRunOutput(), cancel);
        output.Text.WriteLine(summary);
        foreach (PreflightResult check in preflight.Checks)
        {
            output.Text.WriteLine($"{check.Status,-8} {check.Line}");
        }

        RateRange? rates = arguments.GetValue(_lrFind) ? PipelineRunner.FindRate(request) : null;
        if (rates is not null)
        {
            Print(rates, output);
        }

        bool passed = !preflight.Failed.Any();
        output.Result(new CheckReport(passed, summary, preflight.Checks) { LrFind = rates }, CommandJson.Default.CheckReport);
        return passed ? ExitCode.Done : ExitCode.GateFailed;
    }

    private static void Print(RateRange rates, CommandOutput output)
    {
        output.Text.WriteLine("rate        loss (smoothed)");
        int every = Math.Max(1, rates.Points.Count / Shown);
        foreach (RatePoint point in rates.Points.Where((_, i) => i % every == 0))
        {
            output.Text.WriteLine(FormattableString.Invariant($"{point.Rate:0.00e+00}    {point.Smooth:0.0000}"));
        }

        output.Text.WriteLine(rates.Suggested is { } rate
            ? FormattableString.Invariant($"suggested learning rate: {rate:0.0e+0}, where the loss falls most steeply")
            : "no learning rate makes the loss fall: look at the checks above");
    }
}
