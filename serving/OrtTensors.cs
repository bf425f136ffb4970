using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Anneal.Serving;

/// <summary>Passes tensors to ONNX Runtime and back.</summary>
internal static class OrtTensors
{
    /// <summary>A value over a tensor's own memory (strings are copied); the caller keeps the tensor reachable while the value is in use.</summary>
    public static unsafe OrtValue Wrap(Tensor tensor)
    {
        long[] shape = [.. tensor.Shape.ToArray().Select(s => (long)s)];
        if (tensor.Type != DType.String)
        {
            return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, (TensorElementType)tensor.Type, shape, (nint)tensor.Pointer, tensor.ByteLength);
        }

        OrtValue strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (int i = 0; i < tensor.Length; i++)
        {
            strings.StringTensorSetElementAt(tensor.Strings[i].AsSpan(), i);
        }

        return strings;
    }

    /// <summary>Copies a value in CPU memory into a tensor: the one given when it fits, else a new one.</summary>
    public static Tensor Read(OrtValue value, Tensor? into)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        var type = (DType)info.ElementDataType;
        int[] shape = [.. info.Shape.Select(s => checked((int)s))];
        if (type == DType.String)
        {
            return Tensor.OfStrings(shape, Tensor.LengthOf(shape) == 0 ? [] : value.GetStringTensorAsArray());
        }

        Tensor result = Fits(into, type, shape) ? into! : Tensor.Zeros(type, shape);
        if (result.Length > 0)
        {
            value.GetTensorMutableRawData().CopyTo(result.Bytes);
        }

        return result;
    }

    public static bool Fits(Tensor? tensor, DType type, ReadOnlySpan<int> shape) =>
        tensor is not null && tensor.Type == type && tensor.Shape.SequenceEqual(shape);
}
