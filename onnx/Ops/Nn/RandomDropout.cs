using System.Numerics;
using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Tensor = Anneal.Onnx.Tensors.Tensor;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X / (1 - ratio) where the mask holds, 0 elsewhere; the mask is a function of key, step and element.</summary>
/// <remarks>
/// An element is kept where <c>CounterRandom.UInt32(key, step·2³² + index)</c> is below round((1 - ratio)·2³²).
/// The step is from 0 to 2³² - 1; a ratio of 0 keeps everything.
/// </remarks>
/// <seealso cref="CounterRandom"/>
internal sealed unsafe class RandomDropout : Op
{
    private const int Stretch = 2048;

    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [new("X", "T"), new("step", "I")],
        [new("Y", "T"), new("mask", "B")],
        [AttributeSchema.Float("ratio", required: true), AttributeSchema.Int("key", required: true)],
        [("T", TypeSet.Floats), ("I", TypeSet.Int64), ("B", TypeSet.Bool)]);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        if (!s.Node.HasOutput(1))
        {
            throw s.Error("the gradient needs the mask", "ask for the second output");
        }

        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        float ratio = s.Attributes.Float("ratio", 0);
        double scale = type == DType.Float ? 1f / (1f - ratio) : 1.0 / (1.0 - ratio);
        return [g.Where(s.Out(1), g.Mul(s.DY, scale), g.Scalar(0, type)), null];
    });

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override Function Body => MakeBody();

    public override TensorType[] Infer(InferenceScope scope) => scope.Attributes.Float("ratio", 0) is >= 0 and < 1
        ? [scope.In(0), new(DType.Bool, scope.Shape(0))]
        : throw scope.Error("the ratio is outside [0, 1)");

    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type == DType.Float ? Make<float>(spec) : Make<double>(spec);

    private static Kernel Make<T>(KernelSpec spec)
        where T : unmanaged, INumber<T>
    {
        Slot x = spec.In(0);
        Slot step = spec.In(1);
        Slot y = spec.Out();
        Slot mask = spec.HasOut(1) ? spec.Out(1) : spec.Scratch(x.Length);
        float ratio = spec.Attributes.Float("ratio", 0);
        ulong key = unchecked((ulong)spec.Attributes.Int("key", 0));
        ulong threshold = (ulong)Math.Round((1.0 - ratio) * 4294967296.0);
        T scale = T.One / (T.One - T.CreateTruncating(ratio));
        int length = x.Length;
        Action<int> body = item =>
        {
            Span<uint> bits = stackalloc uint[Stretch];
            int end = Math.Min(length, (item + 1) * Elementwise.Chunk);
            T zero = T.Zero;
            for (int start = item * Elementwise.Chunk; start < end; start += Stretch)
            {
                int count = Math.Min(Stretch, end - start);
                T* to = (T*)y.Pointer + start;
                byte* kept = mask.Pointer + start;
                CounterRandom.Fill(key, ((ulong)*(long*)step.Pointer << 32) + (ulong)start, bits[..count]);
                Selection.Below(bits[..count], threshold, new Span<byte>(kept, count));
                TensorPrimitives.Multiply(new ReadOnlySpan<T>((T*)x.Pointer + start, count), scale, new Span<T>(to, count));
                Selection.Run(kept, 1, to, 1, &zero, 0, to, count);
            }
        };
        int items = Elementwise.Items(length);
        return team => team.Run(items, body);
    }

    private static Function MakeBody()
    {
        var b = new BodyBuilder("RandomDropout", ["X", "step"], ["Y", "mask"], "ratio", "key");
        string shape = b.Op("Shape", "X");
        string random = RandomBits.Of(b, b.Op("Size", "X"));
        string wide = b.Constant(Tensor.Scalar(0.0));
        string share = b.Op("Sub", b.Constant(Tensor.Scalar(1.0)), b.FloatAttribute("ratio", wide));
        string threshold = b.Op(
            "Cast",
            Attributes.Of(("to", (long)DType.Int64)),
            b.Op("Round", b.Op("Mul", share, b.Constant(Tensor.Scalar(4294967296.0)))));
        string mask = b.Op("Reshape", b.Op("Less", random, threshold), shape);
        string one = b.Like(1, "X");
        string scale = b.Op("Div", one, b.Op("Sub", one, b.FloatAttribute("ratio", "X")));
        b.Return("Y", b.Op("Where", mask, b.Op("Mul", "X", scale), b.Like(0, "X")));
        b.Return("mask", mask);
        return b.Build();
    }
}
