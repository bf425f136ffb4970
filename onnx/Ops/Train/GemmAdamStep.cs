using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary><see cref="AdamStep"/> of the gradient alpha · A' · B': the product's tiles update the parameter while they are in the cache, and are never stored.</summary>
internal sealed unsafe class GemmAdamStep : Update
{
    private static readonly string[] s_product = ["alpha", "transA", "transB"];
    private static readonly AdamStep s_adam = new();

    public override OpSchema Schema { get; } = WithProduct(
        SchemaOf(["A", "B", "W", "M", "V", "lr", "step"], ["W2", "M2", "V2"], ["beta1", "beta2", "epsilon", "weight_decay"]));

    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 2), (1, 3), (2, 4)];

    public override Function Body
    {
        get
        {
            Function adam = s_adam.Body;
            var product = new Node(
                "gradient",
                "",
                "Gemm",
                ["A", "B"],
                ["G"],
                Attributes.Of(
                    ("alpha", new AttributeValue.Reference("alpha", typeof(AttributeValue.Float))),
                    ("transA", new AttributeValue.Reference("transA", typeof(AttributeValue.Int))),
                    ("transB", new AttributeValue.Reference("transB", typeof(AttributeValue.Int)))),
                Origin.None);
            return adam with
            {
                Name = Name,
                Inputs = ["A", "B", .. adam.Inputs.Remove("G")],
                Attributes = [.. adam.Attributes, .. s_product],
                Nodes = [product, .. adam.Nodes],
            };
        }
    }

    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorShape? gradient = Gemm.Product(scope).Shape;
        if (scope.Shape(2) is { IsStatic: true } w && gradient is { IsStatic: true } g && w != g)
        {
            throw scope.Error($"the gradient is {g}, but W is {w}");
        }

        return [scope.In(2), scope.In(2), scope.In(2)];
    }

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        Slot a = spec.In(0);
        Slot b = spec.In(1);
        Slot w = spec.In(2);
        bool transA = spec.Attributes.Int("transA", 0) != 0;
        var update = new AdamUpdate<T>(spec, w: 2, m: 3, spec.Attributes.Float("alpha", 1));
        var plan = new GemmPlan<T, AdamUpdate<T>>(w.Shape[0], w.Shape[1], a.Shape[transA ? 0 : 1], transA, spec.Attributes.Int("transB", 0) != 0);
        Slot scratch = spec.Scratch(plan.ScratchBytes);
        Slot? partial = plan.NeedsResult ? spec.Scratch(w.ByteLength) : null;
        return team => plan.Run(
            team,
            (T*)a.Pointer,
            (T*)b.Pointer,
            partial is null ? null : (T*)partial.Pointer,
            update.Bind(),
            scratch.Pointer);
    }

    private static OpSchema WithProduct(OpSchema schema) => schema with
    {
        Attributes = [.. schema.Attributes, AttributeSchema.Float("alpha", true), AttributeSchema.Int("transA", true), AttributeSchema.Int("transB", true)],
    };
}
