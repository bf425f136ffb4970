using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary><see cref="CounterRandom"/> in a body, in int64, whose products and sums wrap in every engine; uint64 has fewer kernels.</summary>
internal static class RandomBits
{
    /// <summary>Adds the numbers <c>UInt32(key, step·2³² + i)</c> for i from 0.</summary>
    /// <param name="b">The body, with an input <c>step</c> and an attribute <c>key</c>.</param>
    /// <param name="count">How many, an int64 scalar.</param>
    /// <returns>The numbers, int64 [count].</returns>
    public static string Of(BodyBuilder b, string count)
    {
        string two32 = b.Constant(Tensor.Scalar(1L << 32));
        string key = b.IntAttribute("key");
        string index = b.Op("Range", b.Constant(Tensor.Scalar(0L)), count, b.Constant(Tensor.Scalar(1L)));
        string counter = b.Op("Add", b.Op("Mul", "step", two32), index);
        string y = b.Op("Mul", counter, key);
        string z = b.Op("Add", y, key);
        string x = Rotate(b.Op("Add", b.Op("Mul", y, y), y));
        x = Rotate(b.Op("Add", b.Op("Mul", x, x), z));
        x = Rotate(b.Op("Add", b.Op("Mul", x, x), y));
        return High(b.Op("Add", b.Op("Mul", x, x), z));

        string High(string value) => b.Op("Mod", b.Op("Div", b.Op("Sub", value, b.Op("Mod", value, two32)), two32), two32);

        string Rotate(string value) => b.Op("Add", b.Op("Mul", value, two32), High(value));
    }
}
