using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>A tensor's place where the device computes, for as long as the session lives.</summary>
internal abstract class OrtBuffer : IDisposable
{
    /// <summary>The value that is bound to inputs and outputs.</summary>
    public abstract OrtValue Value { get; }

    /// <summary>Type and shape, with memory of the host that is as large.</summary>
    protected abstract Tensor Host { get; }

    /// <summary>Copies a tensor to the device.</summary>
    public abstract void Upload(Tensor from);

    /// <summary>Copies the device's content to a tensor.</summary>
    public abstract void Download(Tensor to);

    /// <summary>Whether a tensor is of the same type and shape.</summary>
    public bool Fits(Tensor? tensor) => OrtTensors.Fits(tensor, Host.Type, Host.Shape);

    /// <summary>A copy of the content.</summary>
    public Tensor Read()
    {
        Tensor copy = Tensor.Zeros(Host.Type, Host.Shape);
        Download(copy);
        return copy;
    }

    public override string ToString() => Host.ToString();

    /// <inheritdoc/>
    public virtual void Dispose() => Value.Dispose();
}
