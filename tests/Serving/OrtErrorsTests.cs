using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;

namespace Anneal.Tests.Serving;

internal sealed class OrtErrorsTests
{
    [TestCase(
        "[ErrorCode:RuntimeException] /x/provider_bridge_ort.cc:1844 Failed to load library /app/libonnxruntime_providers_cuda.so with error: /app/libonnxruntime_providers_cuda.so: cannot open shared object file: No such file",
        "no: ONNX Runtime's CUDA provider is not beside anneal: 'libonnxruntime_providers_cuda.so'. hint: build for Linux x64 with -p:Cuda=true, or use --device cpu")]
    [TestCase(
        "[ErrorCode:Fail] Failed to load library with error: libcublasLt.so.13: cannot open shared object file: No such file or directory",
        "no: library 'libcublasLt.so.13' of CUDA is missing. hint: install CUDA 13 where the loader finds it (LD_LIBRARY_PATH) or in a folder that ANNEAL_CUDA_LIBS names, or use --device cpu; anneal doctor lists what is there")]
    [TestCase(
        "libcudnn.so.9: cannot open shared object file: No such file or directory",
        "no: library 'libcudnn.so.9' of cuDNN is missing. hint: install cuDNN 9 for CUDA 13 where the loader finds it (LD_LIBRARY_PATH) or in a folder that ANNEAL_CUDA_LIBS names, or use --device cpu; anneal doctor lists what is there")]
    [TestCase(
        "libcuda.so.1: cannot open shared object file: No such file or directory",
        "no: NVIDIA's driver is missing: 'libcuda.so.1'. hint: install a driver for CUDA 13 (580 or newer), or use --device cpu")]
    [TestCase(
        "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0",
        "no: NVIDIA's driver is too old for CUDA 13. hint: install driver 580 or newer, or use --device cpu")]
    [TestCase(
        "CUDA failure 100: no CUDA-capable device is detected ; GPU=-1",
        "no: there is no CUDA device. hint: look at nvidia-smi and CUDA_VISIBLE_DEVICES, or use --device cpu")]
    [TestCase(
        "BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 4194304000",
        "no: the device is out of memory: 4194.3 MB were asked for. hint: use a smaller train.batch; the last checkpoint is kept: go on with 'anneal resume'")]
    [TestCase(
        "CUDA failure 2: out of memory ; GPU=0",
        "no: the device is out of memory. hint: use a smaller train.batch; the last checkpoint is kept: go on with 'anneal resume'")]
    [TestCase(
        "CUDA failure 719: unspecified launch failure ; GPU=0 ; hostname=x",
        "no: the CUDA device was lost (CUDA failure 719: unspecified launch failure). hint: look at the system's log (dmesg, Xid) and nvidia-smi; the last checkpoint is kept: go on with 'anneal resume'")]
    [TestCase("[ErrorCode:InvalidArgument] something else", "no: something else")]
    public void Translate_Message_SaysWhatIsMissingAndWhatToDo(string message, string expected)
    {
        AnnealException error = OrtErrors.Translate(message, "no");

        Assert.That(error.Message, Is.EqualTo(expected));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }

    [TestCase("CUDA failure 2: out of memory ; GPU=0", "the device is out of memory: 12.0 MB were asked for")]
    [TestCase("Failed to allocate memory for requested buffer of size 4194304000", "the device is out of memory: 4194.3 MB were asked for")]
    [TestCase("CUDA failure 719: unspecified launch failure ; GPU=0", "the CUDA device was lost (CUDA failure 719: unspecified launch failure)")]
    public void OfAllocation_WhatTheRuntimeSays_HasHowMuchWasAskedFor(string message, string expected)
    {
        AnnealException error = OrtErrors.OfAllocation(new InvalidOperationException(message), 12_000_000);

        Assert.That(error.Message, Does.StartWith($"ONNX Runtime's session finds no memory for a tensor: {expected}").And.EndsWith("the last checkpoint is kept: go on with 'anneal resume'"));
        Assert.That(error.IsOutOfMemory, Is.EqualTo(expected.Contains("MB", StringComparison.Ordinal)));
    }

    [Test]
    public void OfAllocation_HostWithoutMemory_HasHowMuchWasAskedFor()
    {
        AnnealException error = OrtErrors.OfAllocation(new InsufficientMemoryException("Array dimensions exceeded supported range."), 1_500_000);

        Assert.That(error.IsOutOfMemory);
        Assert.That(error.Message, Does.Contain("out of memory: 1.5 MB were asked for"));
    }

    // 2^48 bytes: more than the address space of a process.
    [Test]
    public void Run_MoreThanThereIs_SaysHowMuchWasAskedFor([Values] bool isQueued)
    {
        var g = new GraphBuilder("huge");
        Value sizes = g.Input("sizes", TensorType.Of(DType.Int64, 2));
        Value total = g.Input("total", TensorType.Of(DType.Float));
        Value sum = g.ReduceSum(g.Node("Expand", [total, sizes]), keepDims: false, 0, 1);
        g.Output(sum, "sum");
        g.Output(g.Add(total, sum), "next");
        var runner = new OrtStepRunner(new OrtOptions { Threads = 1 });
        using var session = (IQueuedSession)runner.Open(Model.Of(g.Build()), [new StateBinding("total", "next", Tensor.Scalar(1f))]);
        Tensor asked = Tensor.Vector(1L << 23, 1L << 23);

        AnnealException error = Assert.Throws<AnnealException>(() =>
        {
            if (isQueued)
            {
                session.Enqueue([asked]);
                session.Dequeue(new Tensor?[1]);
            }
            else
            {
                session.Run([asked], new Tensor?[1]);
            }
        })!;

        Assert.That(error.IsOutOfMemory, error.Message);
        Assert.That(error.Message, Does.Contain("281474976.7 MB were asked for"));
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
    }
}
