using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Trainer.Execution;

/// <summary>The SIMD engine: compiles a graph to a plan of our own kernels, once per set of input sizes.</summary>
/// <remarks>Results do not depend on the number of threads.</remarks>
public sealed class SimdRunner : IGraphRunner, IDisposable
{
    private readonly Team _team;

    /// <summary>Starts the engine's threads.</summary>
    /// <param name="threads">Threads that work on a node, the caller included; at least 1.</param>
    public SimdRunner(int threads) => _team = new Team(threads);

    /// <inheritdoc/>
    public string Name => "simd";

    /// <summary>Threads that work on a node, the caller included.</summary>
    public int Threads => _team.Threads;

    /// <inheritdoc/>
    public IGraphSession Open(Model model, IReadOnlyList<StateBinding> state) => OpenPlanned(model, state);

    /// <summary>As <see cref="Open"/>, with what only this engine offers: the plan's print and the trace of non-finite values.</summary>
    /// <inheritdoc cref="Open"/>
    public SimdSession OpenPlanned(Model model, IReadOnlyList<StateBinding> state) => new(PlanPasses.Apply(model.Graph), state, _team);

    /// <summary>Ends the threads. Sessions opened here must not run afterwards.</summary>
    public void Dispose() => _team.Dispose();
}
