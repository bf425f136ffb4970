using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>W2 = W - lr·(G + weight_decay·W).</summary>
internal sealed unsafe class SgdStep : Update
{
    public override OpSchema Schema { get; } = SchemaOf(["W", "G", "lr"], ["W2"], ["weight_decay"]);

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override Function Body
    {
        get
        {
            BodyBuilder b = Begin();
            string g = b.Op("Add", "G", b.Op("Mul", "W", b.FloatAttribute("weight_decay", "W")));
            b.Return("W2", b.Op("Sub", "W", b.Op("Mul", g, "lr")));
            return b.Build();
        }
    }

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        Slot w = spec.In(0);
        Slot g = spec.In(1);
        Slot lr = spec.In(2);
        Slot w2 = spec.Out();
        T decay = T.CreateTruncating(spec.Attributes.Float("weight_decay", 0));
        Action<int> body = item =>
        {
            T rate = *(T*)lr.Pointer;
            int end = Math.Min(w.Length, (item + 1) * Elementwise.Chunk);
            int i = item * Elementwise.Chunk;
            T* pw = (T*)w.Pointer;
            T* pg = (T*)g.Pointer;
            T* to = (T*)w2.Pointer;
            for (; i <= end - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> value = Vector512.Load(pw + i);
                (value - ((Vector512.Load(pg + i) + (value * decay)) * rate)).Store(to + i);
            }

            for (; i < end; i++)
            {
                to[i] = pw[i] - ((pg[i] + (pw[i] * decay)) * rate);
            }
        };
        int items = Elementwise.Items(w.Length);
        return team => team.Run(items, body);
    }
}
