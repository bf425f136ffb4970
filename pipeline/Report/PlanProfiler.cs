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

    /// <summary>Runs a model on made-up inputs: ramps of floats in [0, 1), and zeros.</summary>
    /// <param name="model">The model. An input <c>X</c> beside an output <c>X.next</c> is state, kept between runs.</param>
    /// <param name="batch">The size of every dimension that is not fixed.</param>
    /// <param name="threads">Threads of the engine.</param>
    /// <param name="cancel">Ends the measurement.</param>
    /// <exception cref="AnnealException">The engine cannot run the model at this size.</exception>
    public static PlanProfile Measure(Model model, int batch, int threads, CancellationToken cancel)
    {
        double peak = Peak(threads);
        HashSet<string> outputs = [.. model.Graph.Outputs.Select(o => o.Name)];
        StateBinding[] state =
        [
            .. model.Graph.Inputs.Where(i => outputs.Contains(i.Name + TrainingGraphs.NextSuffix))
                .Select(i => new StateBinding(i.Name, i.Name + TrainingGraphs.NextSuffix, MakeUp(i, batch))),
        ];
        using var runner = new SimdRunner(threads);
        using SimdSession session = runner.OpenPlanned(model, state);
        Tensor[] feeds = [.. session.Feeds.Select(f => MakeUp(f, batch))];
        var plan = session.PlanFor(feeds);
        double[][] runs = Run(session, feeds, plan.Steps.Count, cancel);
        PlanProfile.Step[] steps = [.. plan.Steps.Select((step, i) => Describe(step, Median(runs, i), peak))];
        return new PlanProfile(batch, threads, peak, steps.Sum(s => s.Ms), plan.ArenaBytes, plan.StateCopies, steps);
    }

    /// <summary>The multiply-add operations of a matrix product, a multiply-add counting as two; null for any other op.</summary>
    internal static double? Operations(PlanStep step) =>
        2.0 * MultiplyAdds.Of(step.Node.OpType, [.. step.Inputs.Select(i => i.Shape.ToArray())], step.Outputs[0].Shape.ToArray());

    private static double Peak(int threads)
    {
        using var team = new Team(threads);
        return PeakFlops.Measure(team, PeakRuns);
    }

    private static double[][] Run(SimdSession session, Tensor[] feeds, int steps, CancellationToken cancel)
    {
        double[] ignored = new double[steps];
        for (int i = 0; i < WarmUp; i++)
        {
            cancel.ThrowIfCancellationRequested();
            session.Profile(feeds, ignored);
        }

        var runs = new List<double[]>();
        long start = Stopwatch.GetTimestamp();
        while (runs.Count < LeastRuns || (runs.Count < MostRuns && Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds))
        {
            cancel.ThrowIfCancellationRequested();
            double[] times = new double[steps];
            session.Profile(feeds, times);
            runs.Add(times);
        }

        return [.. runs];
    }

    private static double Median(double[][] runs, int step)
    {
        double[] times = [.. runs.Select(r => r[step]).Order()];
        return times[times.Length / 2];
    }

    private static PlanProfile.Step Describe(PlanStep step, double seconds, double peak)
    {
        double? gflops = Operations(step) / seconds / 1e9;
        return new PlanProfile.Step(
            step.Node.Name,
            step.Node.OpType,
            string.Join(' ', step.Outputs.Select(o => $"{o.Type.Name()}[{string.Join(",", o.Shape.ToArray())}]")),
            seconds * 1e3,
            gflops,
            gflops / peak,
            step.Bytes,
            step.Bytes / seconds / 1e9,
            step.InPlace);
    }

    private static Tensor MakeUp(ValueInfo input, int batch)
    {
        TensorShape shape = input.Type.Shape
            ?? throw AnnealException.BadData($"the rank of input '{input.Name}' is not known", "a plan needs inputs with shapes");
        var tensor = Tensor.Zeros(input.Type.Type, [.. shape.Dims.Select(d => d.IsKnown ? d.Size : batch)]);
        switch (input.Type.Type)
        {
            case DType.Float:
                Ramp(tensor.Span<float>());
                break;
            case DType.Double:
                Ramp(tensor.Span<double>());
                break;
            case DType.Int64 when tensor.Rank == 0:
                // A step number, of which 0 is none.
                tensor.Span<long>()[0] = 1;
                break;
        }

        return tensor;
    }

    private static void Ramp<T>(Span<T> values)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        const int Period = 251;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateChecked(i % Period) / T.CreateChecked(Period);
        }
    }
}
