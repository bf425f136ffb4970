using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>1 for the first of the largest elements along an axis, 0 for the others; NaN is larger than any number.</summary>
internal sealed class Hardmax : SoftmaxBase
{
    public override Gradient Gradient => Gradient.Zero;

    public override IReadOnlyList<(int Output, int Input)> InPlace => [];

    protected override unsafe Kernel Compile<T>(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        var axes = new AxisLayout(x.Shape, spec.Attributes.Int("axis", -1));
        int lines = axes.Outer * axes.Inner;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, axes.Count));
        Action<int> body = item =>
        {
            int end = Math.Min(lines, (item + 1) * perItem);
            for (int line = item * perItem; line < end; line++)
            {
                long start = ((long)(line / axes.Inner) * axes.Count * axes.Inner) + (line % axes.Inner);
                T* from = (T*)x.Pointer + start;
                T* to = (T*)y.Pointer + start;
                int best = 0;
                for (int k = 0; k < axes.Count; k++)
                {
                    T value = from[(long)k * axes.Inner];
                    T largest = from[(long)best * axes.Inner];
                    best = value > largest || (T.IsNaN(value) && !T.IsNaN(largest)) ? k : best;
                    to[(long)k * axes.Inner] = T.Zero;
                }

                to[(long)best * axes.Inner] = T.One;
            }
        };
        int items = x.Length == 0 ? 0 : (lines + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }
}
