using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Trainer.Loop;

/// <summary>Takes the steps of an optimizer and keeps the tensors that they change.</summary>
internal interface IStepDriver : IDisposable
{
    /// <summary>The names of the tensors that the next step follows from: the model's parameters and the optimizer's own.</summary>
    IReadOnlyList<string> State { get; }

    /// <summary>A copy of a state.</summary>
    Tensor Read(string name);

    /// <summary>Replaces a state.</summary>
    void Write(string name, Tensor value);

    /// <summary>Takes a step.</summary>
    /// <param name="feed">Where its batches come from.</param>
    /// <param name="rows">The rows of the step, in one batch or more.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="step">The step from 1.</param>
    /// <returns>What it gave.</returns>
    StepResult Run(BatchFeed feed, int rows, float rate, long step);

    /// <summary>Takes a step on an engine of ours and looks at every value.</summary>
    /// <returns>The first node that gave a value that is not finite, or null.</returns>
    Node? Trace(BatchFeed feed, int rows, float rate, long step);
}
