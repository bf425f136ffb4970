using Anneal.Onnx;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Trainer.Loop;

/// <summary>The driver of each kind of optimizer.</summary>
internal static class StepDrivers
{
    /// <summary>Opens a driver with the parameters' first values.</summary>
    /// <param name="graphs">The graphs.</param>
    /// <param name="runner">The engine.</param>
    /// <param name="seed">The run's seed.</param>
    /// <returns>The driver; the caller disposes it.</returns>
    public static IStepDriver Open(TrainingGraphs graphs, IGraphRunner runner, ulong seed)
    {
        IGraphSession session = runner.Open(graphs.Step, graphs.StepState());
        return graphs.Optimizer switch
        {
            UpdateRule => new GradientDriver(session, graphs),
            Lbfgs lbfgs => new LbfgsDriver(new Objective(session, graphs), lbfgs),
            Genetic genetic => new GeneticDriver(new Objective(session, graphs), genetic, seed),
            Optimizer other => throw new NotSupportedException($"no driver for {other.Name}"),
        };
    }
}
