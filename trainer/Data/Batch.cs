using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data;

/// <summary>Rows gathered for one step; its memory is used again after the next batch is asked for.</summary>
public sealed class Batch
{
    internal Batch(Tensor[] features, Tensor target)
    {
        Features = features;
        Target = target;
    }

    /// <summary>The inputs, [rows, ...] each.</summary>
    public IReadOnlyList<Tensor> Features { get; }

    /// <summary>What to predict, [rows]; [rows, classes] where rows are mixed.</summary>
    public Tensor Target { get; }

    /// <summary>The number of rows.</summary>
    public int Rows => Target.Shape[0];

    /// <summary>The epoch, from 0.</summary>
    public int Epoch { get; internal set; }

    /// <summary>The step within the epoch, from 0.</summary>
    public int Step { get; internal set; }
}
