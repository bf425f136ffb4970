using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>dX = dY where Y is above 0, and 0 elsewhere, in one pass.</summary>
internal sealed unsafe class ReluGrad : Unary
{
    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(1, [new("dY", "T"), new("Y", "T")], [new("dX", "T")], [], [("T", TypeSet.Floats)]);

    public override Gradient Gradient => Gradient.Forbidden("it is itself a gradient: differentiate the Where that it stands for");

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, ["dY", "Y"], ["dX"]);
            string zero = b.Like(0, "Y");
            b.Return("dX", b.Op("Where", b.Op("Greater", "Y", zero), "dY", zero));
            return b.Build();
        }
    }

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0), (0, 1)];

    public override TensorType[] Infer(InferenceScope scope) => [scope.In(1)];

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        Slot dY = spec.In(0);
        Slot y = spec.In(1);
        Slot dX = spec.Out();
        Action<int> body = item =>
        {
            int end = Math.Min(dX.Length, (item + 1) * Elementwise.Chunk);
            int i = item * Elementwise.Chunk;
            T* gate = (T*)y.Pointer;
            T* from = (T*)dY.Pointer;
            T* to = (T*)dX.Pointer;
            for (; i <= end - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> open = Vector512.GreaterThan(Vector512.Load(gate + i), Vector512<T>.Zero);
                Vector512.ConditionalSelect(open, Vector512.Load(from + i), Vector512<T>.Zero).Store(to + i);
            }

            for (; i < end; i++)
            {
                to[i] = gate[i] > T.Zero ? from[i] : T.Zero;
            }
        };
        int items = Elementwise.Items(dX.Length);
        return team => team.Run(items, body);
    }
}
