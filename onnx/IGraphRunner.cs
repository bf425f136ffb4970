using Anneal.Onnx.Ir;

namespace Anneal.Onnx;

/// <summary>An engine that runs graphs: our compiled plan, or ONNX Runtime.</summary>
public interface IGraphRunner
{
    /// <summary>The engine's name in reports, such as <c>simd</c> or <c>ort-cpu</c>.</summary>
    string Name { get; }

    /// <summary>Prepares a model for running.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">Inputs that the session keeps, each with the output that replaces it after a run; an empty output name keeps the input as it is.</param>
    /// <returns>A session; the caller disposes it.</returns>
    /// <exception cref="AnnealException">The engine cannot run the model.</exception>
    IGraphSession Open(Model model, IReadOnlyList<StateBinding> state);
}
