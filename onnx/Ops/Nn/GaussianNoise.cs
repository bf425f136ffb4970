using System.Numerics;
using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Tensor = Anneal.Onnx.Tensors.Tensor;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X + deviation·Z, where Z is standard normal: a function of key, step and element.</summary>
/// <remarks>
/// Box and Muller: Z = √(-2·ln u)·sin(2π·v), in float, where u = (r + 1/2)·2⁻³², v = r'·2⁻³² and r, r' are
/// <c>CounterRandom.UInt32(key, step·2³² + i)</c> for i = index and i = size + index. Never in place: X may be a parameter, whose update comes later.
/// </remarks>
/// <seealso cref="CounterRandom"/>
internal sealed unsafe class GaussianNoise : Op
{
    private const int Stretch = 1024;
    private const float Unit = 1f / 4294967296f;
    private const float Turn = (float)(2 * Math.PI / 4294967296.0);

    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("X", "T"), new("step", "I")],
        [new("Y", "T")],
        [AttributeSchema.Float("deviation", required: true), AttributeSchema.Int("key", required: true)],
        [("T", TypeSet.Floats), ("I", TypeSet.Int64)]);

    public override Gradient Gradient => Gradient.Of(s => [s.DY, null]);

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder("GaussianNoise", ["X", "step"], ["Y"], "deviation", "key");
            string size = b.Op("Size", "X");
            string bits = RandomBits.Of(b, b.Op("Mul", size, b.Constant(Tensor.Scalar(2L))));
            string[] pair = b.Ops("Split", 2, Attributes.Of(("num_outputs", 2L)), b.Op("Cast", Attributes.Of(("to", (long)DType.Float)), bits));
            string u = b.Op("Mul", b.Op("Add", pair[0], b.Constant(Tensor.Scalar(0.5f))), b.Constant(Tensor.Scalar(Unit)));
            string radius = b.Op("Sqrt", b.Op("Mul", b.Op("Log", u), b.Constant(Tensor.Scalar(-2f))));
            string z = b.Op("Mul", radius, b.Op("Sin", b.Op("Mul", pair[1], b.Constant(Tensor.Scalar(Turn)))));
            string noise = b.Op("Mul", b.Op("CastLike", z, "X"), b.FloatAttribute("deviation", "X"));
            b.Return("Y", b.Op("Add", "X", b.Op("Reshape", Attributes.Of(("allowzero", 1L)), noise, b.Op("Shape", "X"))));
            return b.Build();
        }
    }

    public override TensorType[] Infer(InferenceScope scope) => scope.Attributes.Float("deviation", 0) is >= 0 and < float.PositiveInfinity
        ? [scope.In(0)]
        : throw scope.Error("the deviation is negative or not finite");

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>
    {
        Slot x = spec.In(0);
        Slot step = spec.In(1);
        Slot y = spec.Out();
        T deviation = T.CreateTruncating(spec.Attributes.Float("deviation", 0));
        ulong key = unchecked((ulong)spec.Attributes.Int("key", 0));
        int length = x.Length;
        Action<int> body = item =>
        {
            Span<uint> bits = stackalloc uint[Stretch];
            Span<float> radius = stackalloc float[Stretch];
            Span<float> angle = stackalloc float[Stretch];
            Span<T> noise = stackalloc T[Stretch];
            int end = Math.Min(length, (item + 1) * Elementwise.Chunk);
            for (int start = item * Elementwise.Chunk; start < end; start += Stretch)
            {
                int count = Math.Min(Stretch, end - start);
                ulong counter = ((ulong)*(long*)step.Pointer << 32) + (ulong)start;
                CounterRandom.Fill(key, counter, bits[..count]);
                TensorPrimitives.ConvertTruncating<uint, float>(bits[..count], radius);
                TensorPrimitives.Add(radius[..count], 0.5f, radius);
                TensorPrimitives.Multiply(radius[..count], Unit, radius);
                TensorPrimitives.Log<float>(radius[..count], radius);
                TensorPrimitives.Multiply(radius[..count], -2f, radius);
                TensorPrimitives.Sqrt<float>(radius[..count], radius);
                CounterRandom.Fill(key, counter + (ulong)length, bits[..count]);
                TensorPrimitives.ConvertTruncating<uint, float>(bits[..count], angle);
                TensorPrimitives.Multiply(angle[..count], Turn, angle);
                TensorPrimitives.Sin<float>(angle[..count], angle);
                TensorPrimitives.Multiply<float>(radius[..count], angle[..count], radius);
                TensorPrimitives.ConvertTruncating<float, T>(radius[..count], noise);
                TensorPrimitives.MultiplyAdd(noise[..count], deviation, new ReadOnlySpan<T>((T*)x.Pointer + start, count), new Span<T>((T*)y.Pointer + start, count));
            }
        };
        int items = Elementwise.Items(length);
        return team => team.Run(items, body);
    }
}
