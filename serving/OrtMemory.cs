using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Anneal.Serving;

/// <summary>Where a session's own tensors live: in plain memory on the CPU; on CUDA in the device's memory, reached through pinned memory of the host.</summary>
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
            _device = new OrtAllocator(session, _deviceInfo);
            _pinned = new OrtAllocator(session, _pinnedInfo);
        }
    }

    /// <summary>Whether the device reads the caller's memory as it is.</summary>
    public bool IsHost => _device is null;

    /// <summary>Memory for a tensor.</summary>
    public OrtBuffer Allocate(DType type, ReadOnlySpan<int> shape) =>
        IsHost ? new Plain(Tensor.Zeros(type, shape)) : new OnDevice(Tensor.Zeros(type, shape), _device!, _pinned!);

    /// <summary>Memory for a tensor, with its content.</summary>
    public OrtBuffer Of(Tensor tensor)
    {
        OrtBuffer buffer = Allocate(tensor.Type, tensor.Shape);
        buffer.Upload(tensor);
        return buffer;
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
            _pinned = OrtValue.CreateAllocatedTensorValue(pinned, (TensorElementType)host.Type, shape);
            _from = [_pinned];
            _to = [Value];
        }

        public override OrtValue Value { get; }

        protected override Tensor Host { get; }

        public override void Upload(Tensor from)
        {
            from.Bytes.CopyTo(_pinned.GetTensorMutableRawData());
            OrtEnv.Instance().CopyTensors(_from, _to, null!);
        }

        public override void Download(Tensor to)
        {
            OrtEnv.Instance().CopyTensors(_to, _from, null!);
            _pinned.GetTensorMutableRawData()[..checked((int)to.ByteLength)].CopyTo(to.Bytes);
        }

        public override void CopyTo(OrtBuffer other) => OrtEnv.Instance().CopyTensors(_to, ((OnDevice)other)._to, null!);

        public override void Dispose()
        {
            _pinned.Dispose();
            base.Dispose();
        }
    }
}
