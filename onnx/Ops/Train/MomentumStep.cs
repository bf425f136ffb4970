using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>V2 = momentum·V - lr·(G + weight_decay·W); W2 = W + V2, or with Nesterov W + momentum·V2 - lr·(G + weight_decay·W).</summary>
internal sealed unsafe class MomentumStep : Update
{
    public override OpSchema Schema { get; } = SchemaOf(["W", "G", "V", "lr"], ["W2", "V2"], ["momentum", "weight_decay"], "nesterov");

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0), (1, 2)];

    public override Function Body
    {
        get
        {
            BodyBuilder b = Begin();
            string momentum = b.FloatAttribute("momentum", "W");
            string step = b.Op("Mul", b.Op("Add", "G", b.Op("Mul", "W", b.FloatAttribute("weight_decay", "W"))), "lr");
            string v = b.Op("Sub", b.Op("Mul", "V", momentum), step);
            string ahead = b.Op("Sub", b.Op("Mul", v, momentum), step);
            string nesterov = b.Op("Cast", Attributes.Of(("to", (long)DType.Bool)), b.IntAttribute("nesterov"));
            b.Return("W2", b.Op("Add", "W", b.Op("Where", nesterov, ahead, v)));
            b.Return("V2", v);
            return b.Build();
        }
    }

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        Slot w = spec.In(0);
        Slot g = spec.In(1);
        Slot v = spec.In(2);
        Slot lr = spec.In(3);
        Slot w2 = spec.Out();
        Slot v2 = spec.HasOut(1) ? spec.Out(1) : spec.Scratch(v.ByteLength);
        T decay = T.CreateTruncating(spec.Attributes.Float("weight_decay", 0));
        T momentum = T.CreateTruncating(spec.Attributes.Float("momentum", 0));
        bool nesterov = spec.Attributes.Int("nesterov", 0) != 0;
        Action<int> body = item =>
        {
            T rate = *(T*)lr.Pointer;
            int end = Math.Min(w.Length, (item + 1) * Elementwise.Chunk);
            int i = item * Elementwise.Chunk;
            T* pw = (T*)w.Pointer;
            T* pg = (T*)g.Pointer;
            T* pv = (T*)v.Pointer;
            T* toW = (T*)w2.Pointer;
            T* toV = (T*)v2.Pointer;
            for (; i <= end - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> weight = Vector512.Load(pw + i);
                Vector512<T> step = (Vector512.Load(pg + i) + (weight * decay)) * rate;
                Vector512<T> velocity = (Vector512.Load(pv + i) * momentum) - step;
                velocity.Store(toV + i);
                (weight + (nesterov ? (velocity * momentum) - step : velocity)).Store(toW + i);
            }

            for (; i < end; i++)
            {
                T step = (pg[i] + (pw[i] * decay)) * rate;
                T velocity = (pv[i] * momentum) - step;
                toV[i] = velocity;
                toW[i] = pw[i] + (nesterov ? (velocity * momentum) - step : velocity);
            }
        };
        int items = Elementwise.Items(w.Length);
        return team => team.Run(items, body);
    }
}
