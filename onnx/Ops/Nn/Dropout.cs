using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>ONNX's dropout as it is in inference: Y = X, with a mask of ones.</summary>
/// <remarks>Its training mode is refused: the mask would depend on the engine. Training uses <see cref="RandomDropout"/>.</remarks>
internal sealed class Dropout : Op
{
    public override OpSchema Schema { get; } = new(
        13,
        [new("data", "T"), new("ratio", "T1", Optional: true), new("training_mode", "T2", Optional: true)],
        [new("output", "T"), new("mask", "T2")],
        [AttributeSchema.Int("seed")],
        [("T", TypeSet.Floats), ("T1", TypeSet.Floats), ("T2", TypeSet.Bool)])
    { From = 12 };

    public override Gradient Gradient => Gradient.Of(s => [s.DY, null, null]);

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 0)];

    public override TensorType[] Infer(InferenceScope scope) => scope.Has(2) && scope.Constant(2) is { Length: 1 } mode && mode.Span<bool>()[0]
        ? throw scope.NotSupported("Dropout with training_mode true is not run here", "use ai.anneal RandomDropout, whose mask is the same in every engine")
        : [scope.In(0), new(DType.Bool, scope.Shape(0))];

    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Kernel copy = Views.Copy(spec);
        Slot? mask = spec.HasOut(1) ? spec.Out(1) : null;
        Slot? mode = spec.HasIn(2) ? spec.In(2) : null;
        Node node = spec.Node;
        return team =>
        {
            if (mode is not null && *mode.Pointer != 0)
            {
                throw AnnealException.BadData("Dropout with training_mode true is not run here", "use ai.anneal RandomDropout, whose mask is the same in every engine").In(node);
            }

            copy(team);
            mask?.Span<bool>().Fill(true);
        };
    }
}
