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

    /// <summary>Copies the content to another buffer of the device, of the same type and shape.</summary>
    public abstract void CopyTo(OrtBuffer other);

    /// <summary>Where the content lies.</summary>
    public unsafe nint Address
    {
        get
        {
            fixed (byte* place = Value.GetTensorMutableRawData())
            {
                return (nint)place;
            }
        }
    }

    /// <summary>The sizes.</summary>
    public ReadOnlySpan<int> Shape => Host.Shape;

    /// <summary>Memory of the same type and shape.</summary>
    public OrtBuffer Another(OrtMemory memory) => memory.Allocate(Host.Type, Host.Shape);

    /// <summary>Whether another buffer is of the same type and shape.</summary>
    public bool Fits(OrtBuffer other) => Fits(other.Host);

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
