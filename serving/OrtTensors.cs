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
        FillStrings(strings, tensor);
        return strings;
    }

    /// <summary>Copies strings into a value of the same shape.</summary>
    public static void FillStrings(OrtValue value, Tensor tensor)
    {
        if (tensor.IsUtf8)
        {
            for (int i = 0; i < tensor.Length; i++)
            {
                ReadOnlySpan<byte> element = tensor.Utf8(i);
                element.CopyTo(OrtStrings.Resize(value, i, element.Length));
            }

            return;
        }

        for (int i = 0; i < tensor.Length; i++)
        {
            value.StringTensorSetElementAt(tensor.Strings[i].AsSpan(), i);
        }
    }

    /// <summary>Copies a value in CPU memory into a tensor: the one given when it fits, else a new one.</summary>
    public static Tensor Read(OrtValue value, Tensor? into)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        var type = (DType)info.ElementDataType;
        int[] shape = [.. info.Shape.Select(s => checked((int)s))];
        if (type == DType.String)
        {
            return ReadStrings(value, shape);
        }

        Tensor result = Fits(into, type, shape) ? into! : Tensor.Zeros(type, shape);
        if (result.Length > 0)
        {
            value.GetTensorMutableRawData().CopyTo(result.Bytes);
        }

        return result;
    }

    private static Tensor ReadStrings(OrtValue value, int[] shape)
    {
        var elements = new TextSpan[Tensor.LengthOf(shape)];
        byte[] text = new byte[16 * elements.Length];
        int length = 0;
        for (int i = 0; i < elements.Length; i++)
        {
            ReadOnlySpan<byte> element = OrtStrings.Read(value, i);
            if (element.Length > text.Length - length)
            {
                Array.Resize(ref text, checked(2 * (length + element.Length)));
            }

            element.CopyTo(text.AsSpan(length));
            elements[i] = new TextSpan(length, element.Length);
            length += element.Length;
        }

        return elements.Length == 0 ? Tensor.OfStrings(shape, []) : Tensor.OfUtf8(shape, text, elements);
    }

    public static bool Fits(Tensor? tensor, DType type, ReadOnlySpan<int> shape) =>
        tensor is not null && tensor.Type == type && tensor.Shape.SequenceEqual(shape);
}
