using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Report;

/// <summary>Compiles a model by the SIMD engine and measures its nodes.</summary>
internal static class PlanProfiler
{
    private const int WarmUp = 40;
    private const int LeastRuns = 11;
    private const int MostRuns = 2001;
    private const int PeakRuns = 10;
    private const double Seconds = 1;

    /// <summary>Runs a model on made-up inputs.</summary>
    /// <param name="model">The model. An input <c>X</c> beside an output <c>X.next</c> is state, kept between runs.</param>
    /// <param name="batch">The size of every dimension that is not fixed.</param>
    /// <param name="threads">Threads of the engine.</param>
    /// <param name="cancel">Ends the measurement.</param>
    /// <exception cref="AnnealException">The engine cannot run the model at this size.</exception>
    public static PlanProfile Measure(Model model, int batch, int threads, CancellationToken cancel)
    {
        (double peak, MemoryRate memory) = Limits(threads);
        StateBinding[] state = StateOf(model, batch);
        using var runner = new SimdRunner(threads);
        using SimdSession session = runner.OpenPlanned(model, state);
        Tensor[] feeds = [.. session.Feeds.Select(f => InputSample.Of(f, batch))];
        var plan = session.PlanFor(feeds);
        (double[][] runs, double[] wholes) = Run(session, feeds, plan.Steps.Count, cancel);
        (PlanProfile.Step Step, double Least)[] steps =
            [.. plan.Steps.Select((step, i) => Describe(step, runs.Min(r => r[i]), peak, memory))];
        double ms = steps.Sum(s => s.Step.Ms);
        double whole = wholes.Min() * 1e3;
        return new PlanProfile(
            batch,
            threads,
            peak,
            memory.Read,
            memory.Write,
            ms,
            whole,
            whole - ms,
            plan.ArenaBytes,
            plan.StateCopies,
            [.. steps.Select(s => s.Step)],
            [.. steps.GroupBy(s => s.Step.Op).Select(g => Sum(g.Key, [.. g])).OrderByDescending(o => o.Ms)]);
    }

    /// <summary>The state of a model, as <see cref="Measure"/> takes it, made up.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The size of every dimension that is not fixed.</param>
    public static StateBinding[] StateOf(Model model, int batch)
    {
        HashSet<string> outputs = [.. model.Graph.Outputs.Select(o => o.Name)];
        return
        [
            .. model.Graph.Inputs.Where(i => outputs.Contains(i.Name + TrainingGraphs.NextSuffix))
                .Select(i => new StateBinding(i.Name, i.Name + TrainingGraphs.NextSuffix, InputSample.Of(i, batch))),
        ];
    }

    private static (double Peak, MemoryRate Memory) Limits(int threads)
    {
        using var team = new Team(threads);
        return (PeakFlops.Measure(team, PeakRuns), PeakBandwidth.Measure(team));
    }

    private static (double[][] Nodes, double[] Wholes) Run(SimdSession session, Tensor[] feeds, int steps, CancellationToken cancel)
    {
        var fetches = new Tensor?[session.Fetches.Count];
        double[] ignored = new double[steps];
        for (int i = 0; i < WarmUp; i++)
        {
            cancel.ThrowIfCancellationRequested();
            session.Profile(feeds, ignored);
        }

        session.Run(feeds, fetches);
        var nodes = new List<double[]>();
        var wholes = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (nodes.Count < LeastRuns || (nodes.Count < MostRuns && Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds))
        {
            cancel.ThrowIfCancellationRequested();
            double[] times = new double[steps];
            session.Profile(feeds, times);
            nodes.Add(times);
            long runStart = Stopwatch.GetTimestamp();
            session.Run(feeds, fetches);
            wholes.Add(Stopwatch.GetElapsedTime(runStart).TotalSeconds);
        }

        return ([.. nodes], [.. wholes]);
    }

    // The peak is that of floats: a vector holds half as many doubles.
    private static (PlanProfile.Step Step, double Least) Describe(PlanStep step, double seconds, double peak, MemoryRate memory)
    {
        double own = step.Outputs[0].Type == DType.Double ? peak / 2 : peak;
        double? operations = Operations.Of(step);
        double? gflops = operations / seconds / 1e9;
        double arithmeticTime = (operations ?? 0) / own / 1e9;
        double memoryTime = memory.Seconds(step.ReadBytes, step.WrittenBytes);
        double least = Math.Max(arithmeticTime, memoryTime);
        long bytes = step.ReadBytes + step.WrittenBytes;
        return (
            new PlanProfile.Step(
                step.Node.Name,
                step.Node.OpType,
                string.Join(' ', step.Outputs.Select(o => $"{o.Type.Name()}[{string.Join(",", o.Shape.ToArray())}]")),
                seconds * 1e3,
                operations,
                gflops,
                gflops / own,
                bytes,
                bytes / seconds / 1e9,
                arithmeticTime > memoryTime ? PlanProfile.Arithmetic : PlanProfile.Memory,
                least / seconds,
                step.InPlace),
            least);
    }

    private static PlanProfile.Op Sum(string op, (PlanProfile.Step Step, double Least)[] nodes)
    {
        double ms = nodes.Sum(n => n.Step.Ms);
        bool isCounted = nodes.Any(n => n.Step.Operations is not null);
        return new PlanProfile.Op(
            op,
            nodes.Length,
            ms,
            isCounted ? nodes.Sum(n => n.Step.Operations ?? 0) / ms / 1e6 : null,
            nodes.Sum(n => n.Step.Bytes) / ms / 1e6,
            nodes.Sum(n => n.Least) * 1e3 / ms);
    }
}
