using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>
/// g = G + weight_decay·W; M2 = β₁·M + (1-β₁)·g; V2 = β₂·V + (1-β₂)·g²;
/// W2 = W - lr/(1-β₁ᵗ) · M2 / (√V2/√(1-β₂ᵗ) + epsilon), where t is the step from 1.
/// </summary>
/// <remarks>The factors that do not depend on an element are computed in double.</remarks>
/// <seealso href="https://arxiv.org/abs/1412.6980">Kingma and Ba, Adam (2014)</seealso>
internal sealed unsafe class AdamStep : Update
{
    public override OpSchema Schema { get; } =
        SchemaOf(["W", "G", "M", "V", "lr", "step"], ["W2", "M2", "V2"], ["beta1", "beta2", "epsilon", "weight_decay"]);

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0), (1, 2), (2, 3)];

    public override Function Body
    {
        get
        {
            BodyBuilder b = Begin();
            string one = b.Constant(Tensor.Scalar(1.0));
            string beta1 = b.FloatAttribute("beta1", one);
            string beta2 = b.FloatAttribute("beta2", one);
            string t = b.Op("CastLike", "step", one);
            string g = b.Op("Add", "G", b.Op("Mul", "W", b.FloatAttribute("weight_decay", "W")));
            string m = b.Op("Add", b.Op("Mul", "M", InW(beta1)), b.Op("Mul", g, InW(b.Op("Sub", one, beta1))));
            string v = b.Op("Add", b.Op("Mul", "V", InW(beta2)), b.Op("Mul", b.Op("Mul", g, g), InW(b.Op("Sub", one, beta2))));
            string root = InW(b.Op("Sqrt", b.Op("Sub", one, b.Op("Pow", beta2, t))));
            string rate = InW(b.Op("Div", b.Op("CastLike", "lr", one), b.Op("Sub", one, b.Op("Pow", beta1, t))));
            string denominator = b.Op("Add", b.Op("Div", b.Op("Sqrt", v), root), b.FloatAttribute("epsilon", "W"));
            b.Return("W2", b.Op("Sub", "W", b.Op("Div", b.Op("Mul", m, rate), denominator)));
            b.Return("M2", m);
            b.Return("V2", v);
            return b.Build();

            string InW(string value) => b.Op("CastLike", value, "W");
        }
    }

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        Slot g = spec.In(1);
        int length = spec.In(0).Length;
        var update = new AdamUpdate<T>(spec, w: 0, m: 2);
        AdamUpdate<T> bound = update;
        Action<int> body = item =>
        {
            int start = item * Elementwise.Chunk;
            bound.Apply((T*)g.Pointer + start, start, Math.Min(Elementwise.Chunk, length - start));
        };
        int items = Elementwise.Items(length);
        return team =>
        {
            bound = update.Bind();
            team.Run(items, body);
        };
    }
}
