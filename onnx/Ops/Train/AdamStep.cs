using System.Runtime.Intrinsics;
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
        Slot w = spec.In(0);
        Slot g = spec.In(1);
        Slot m = spec.In(2);
        Slot v = spec.In(3);
        Slot lr = spec.In(4);
        Slot step = spec.In(5);
        Slot w2 = spec.Out();
        Slot m2 = spec.HasOut(1) ? spec.Out(1) : spec.Scratch(m.ByteLength);
        Slot v2 = spec.HasOut(2) ? spec.Out(2) : spec.Scratch(v.ByteLength);
        double b1 = spec.Attributes.Float("beta1", 0);
        double b2 = spec.Attributes.Float("beta2", 0);
        T beta1 = T.CreateTruncating(b1);
        T beta2 = T.CreateTruncating(b2);
        T rest1 = T.CreateTruncating(1 - b1);
        T rest2 = T.CreateTruncating(1 - b2);
        T epsilon = T.CreateTruncating(spec.Attributes.Float("epsilon", 0));
        T decay = T.CreateTruncating(spec.Attributes.Float("weight_decay", 0));
        Action<int> body = item =>
        {
            double time = *(long*)step.Pointer;
            T rate = T.CreateTruncating(double.CreateTruncating(*(T*)lr.Pointer) / (1 - Math.Pow(b1, time)));
            T root = T.CreateTruncating(Math.Sqrt(1 - Math.Pow(b2, time)));
            T* pw = (T*)w.Pointer;
            T* pg = (T*)g.Pointer;
            T* pm = (T*)m.Pointer;
            T* pv = (T*)v.Pointer;
            T* toW = (T*)w2.Pointer;
            T* toM = (T*)m2.Pointer;
            T* toV = (T*)v2.Pointer;
            int end = Math.Min(w.Length, (item + 1) * Elementwise.Chunk);
            int i = item * Elementwise.Chunk;
            Vector512<T> roots = Vector512.Create(root);
            Vector512<T> epsilons = Vector512.Create(epsilon);
            for (; i <= end - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> weight = Vector512.Load(pw + i);
                Vector512<T> gradient = Vector512.Load(pg + i) + (weight * decay);
                Vector512<T> first = (Vector512.Load(pm + i) * beta1) + (gradient * rest1);
                Vector512<T> second = (Vector512.Load(pv + i) * beta2) + (gradient * gradient * rest2);
                first.Store(toM + i);
                second.Store(toV + i);
                (weight - (first * rate / ((Vector512.Sqrt(second) / roots) + epsilons))).Store(toW + i);
            }

            for (; i < end; i++)
            {
                T weight = pw[i];
                T gradient = pg[i] + (weight * decay);
                T first = (pm[i] * beta1) + (gradient * rest1);
                T second = (pv[i] * beta2) + (gradient * gradient * rest2);
                toM[i] = first;
                toV[i] = second;
                toW[i] = weight - (first * rate / ((T.Sqrt(second) / root) + epsilon));
            }
        };
        int items = Elementwise.Items(w.Length);
        return team => team.Run(items, body);
    }
}
