using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Anneal.Serving;

/// <summary>Where a session's own tensors live: in plain memory on the CPU; on CUDA in the device's memory, reached through pinned memory of the host.</summary>
/// <remarks>What ONNX Runtime says of memory that it cannot give or reach, on whatever thread, becomes an error of ours here and nowhere else.</remarks>
internal sealed class OrtMemory : IDisposable
{
    private readonly OrtMemoryInfo? _deviceInfo;
    private readonly OrtMemoryInfo? _pinnedInfo;
    private readonly OrtAllocator? _device;
    private readonly OrtAllocator? _pinned;

    public OrtMemory(InferenceSession session, OrtDevice device)
    {
        if (device == OrtDevice.Cuda)
        {
            _deviceInfo = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);
            _pinnedInfo = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.CpuOutput);
            try
            {
                _device = new OrtAllocator(session, _deviceInfo);
                _pinned = new OrtAllocator(session, _pinnedInfo);
            }
            catch (OnnxRuntimeException error)
            {
                Dispose();
                throw OrtErrors.Translate(error, "ONNX Runtime gives no memory of the device");
            }
        }
    }

    /// <summary>Whether the device reads the caller's memory as it is.</summary>
    public bool IsHost => _device is null;

    /// <summary>Memory for a tensor.</summary>
    /// <exception cref="AnnealException">There is not as much; the error says how much was asked for.</exception>
    public OrtBuffer Allocate(DType type, ReadOnlySpan<int> shape)
    {
        try
        {
            return IsHost ? new Plain(Tensor.Zeros(type, shape)) : new OnDevice(Tensor.Zeros(type, shape), _device!, _pinned!);
        }
        catch (Exception error) when (error is OnnxRuntimeException or OutOfMemoryException)
        {
            throw OrtErrors.OfAllocation(error, (long)Tensor.LengthOf(shape) * type.Size());
        }
    }

    /// <summary>Memory for a tensor, with its content.</summary>
    public OrtBuffer Of(Tensor tensor)
    {
        OrtBuffer buffer = Allocate(tensor.Type, tensor.Shape);
        try
        {
            buffer.Upload(tensor);
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _device?.Dispose();
        _pinned?.Dispose();
        _deviceInfo?.Dispose();
        _pinnedInfo?.Dispose();
    }

    private sealed class Plain(Tensor tensor) : OrtBuffer
    {
        public override OrtValue Value { get; } = OrtTensors.Wrap(tensor);

        protected override Tensor Host => tensor;

        public override void Upload(Tensor from) => from.CopyTo(tensor);

        public override void Download(Tensor to) => tensor.CopyTo(to);

        public override void CopyTo(OrtBuffer other) => other.Upload(tensor);
    }

    // The host's tensor only tells type and shape: what is copied goes through pinned memory, which the device reads by itself.
    private sealed class OnDevice : OrtBuffer
    {
        private readonly OrtValue _pinned;
        private readonly OrtValue[] _from;
        private readonly OrtValue[] _to;

        public OnDevice(Tensor host, OrtAllocator device, OrtAllocator pinned)
        {
            Host = host;
            long[] shape = [.. host.Shape.ToArray().Select(s => (long)s)];
            Value = OrtValue.CreateAllocatedTensorValue(device, (TensorElementType)host.Type, shape);
            try
            {
                _pinned = OrtValue.CreateAllocatedTensorValue(pinned, (TensorElementType)host.Type, shape);
            }
            catch
            {
                Value.Dispose();
                throw;
            }

            _from = [_pinned];
            _to = [Value];
        }

        public override OrtValue Value { get; }

        protected override Tensor Host { get; }

        public override void Upload(Tensor from)
        {
            from.Bytes.CopyTo(_pinned.GetTensorMutableRawData());
            Copy(_from, _to);
        }

        public override void Download(Tensor to)
        {
            Copy(_to, _from);
            _pinned.GetTensorMutableRawData()[..checked((int)to.ByteLength)].CopyTo(to.Bytes);
        }

        public override void CopyTo(OrtBuffer other) => Copy(_to, ((OnDevice)other)._to);

        public override void Dispose()
        {
            _pinned.Dispose();
            base.Dispose();
        }

        private static void Copy(OrtValue[] from, OrtValue[] to)
        {
            try
            {
                OrtEnv.Instance().CopyTensors(from, to, null!);
            }
            catch (OnnxRuntimeException error)
            {
                throw OrtErrors.Translate(error, "ONNX Runtime failed to copy between the host and the device");
            }
        }
    }
}
