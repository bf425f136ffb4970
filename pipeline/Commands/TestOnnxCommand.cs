using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Conformance;
using Anneal.Pipeline.Report;
using Anneal.Serving;
using Anneal.Trainer.Execution;

namespace Anneal.Pipeline.Commands;

internal sealed class TestOnnxCommand : AnnealCommand
{
    private const string Ort = "ort";
    private readonly Argument<string> _folder = new("DIR") { Description = "A folder with cases in ONNX's backend test layout, at any depth." };
    private readonly Option<string> _engine = CommonOptions.OneOf("--engine", "The engine.", "simd", "simd", Ort);
    private readonly Option<int?> _threads = CommonOptions.Threads();

    public TestOnnxCommand()
        : base("test-onnx", "Runs ONNX's own backend test cases on an engine.", "anneal test-onnx /usr/include/onnx/backend/test/data/node --engine simd")
    {
        Add(_folder);
        Add(_engine);
        Add(_threads);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        string folder = arguments.GetValue(_folder)!;
        int threads = arguments.GetValue(_threads) ?? Machine.DefaultThreads;
        OnnxSuiteReport report;
        if (arguments.GetValue(_engine) == Ort)
        {
            report = new OnnxSuite(new OrtRunner(new OrtOptions { Threads = threads })).Run(folder, cancel);
        }
        else
        {
            using var runner = new SimdRunner(threads);
            report = new OnnxSuite(runner).Run(folder, cancel);
        }

        foreach (OnnxCaseFailure failure in report.Failures)
        {
            output.Text.WriteLine($"{failure.Case}: {failure.Reason}");
        }

        if (report.Unsupported.Count > 0)
        {
            var table = new TextTable("UNSUPPORTED OP", ">CASES");
            foreach ((string op, int count) in report.Unsupported)
            {
                table.Add(op, count.ToString(CultureInfo.InvariantCulture));
            }

            table.Write(output.Text);
        }

        output.Text.WriteLine(FormattableString.Invariant($"{report.Passed} passed, {report.Failed} failed"));
        output.Result(report, CommandJson.Default.OnnxSuiteReport);
        return report.Failed > 0 ? ExitCode.GateFailed : ExitCode.Done;
    }
}
