using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Ops;

/// <summary>Kernels that move elements or multiply matrices allocate nothing when they run.</summary>
internal sealed class KernelAllocationTests
{
    private static IEnumerable<TestCaseData> Kernels()
    {
        Tensor x = OpRun.Iota(40, 30, 20);
        Attributes axis = Attributes.Of(("axis", 1L));
        (string, Attributes, Tensor[])[] all =
        [
            ("Transpose", Attributes.None, [x]), ("Concat", axis, [x, x]), ("Slice", Attributes.None, [x, OpRun.Longs(-1), OpRun.Longs(0), OpRun.Longs(2), OpRun.Longs(-3)]),
            ("Expand", Attributes.None, [x, OpRun.Longs(2, 1, 1, 1)]), ("Tile", Attributes.None, [x, OpRun.Longs(1, 2, 2)]), ("Reshape", Attributes.None, [x, OpRun.Longs(-1)]),
            ("Pad", Attributes.None, [x, OpRun.Longs(1, 1, 1, 1, 1, 1)]), ("Gather", axis, [x, OpRun.Longs(1, -1)]),
            ("GatherElements", axis, [x, Tensor.Zeros(DType.Int64, 40, 9, 20)]), ("GatherND", Attributes.None, [x, Tensor.Zeros(DType.Int64, 9, 2)]),
            ("ScatterElements", axis.With("reduction", "add"), [x, Tensor.Zeros(DType.Int64, 40, 9, 20), OpRun.Iota(40, 9, 20)]),
            ("ScatterND", Attributes.None, [x, Tensor.Zeros(DType.Int64, 9, 1), OpRun.Iota(9, 30, 20)]),
            ("OneHot", Attributes.None, [OpRun.Longs(1, 2), Tensor.Scalar(5L), Tensor.Vector(0f, 1f)]), ("Range", Attributes.None, [Tensor.Scalar(0L), Tensor.Scalar(9L), Tensor.Scalar(1L)]),
            ("ConstantOfShape", Attributes.None, [OpRun.Longs(50000)]), ("Shape", Attributes.None, [x]),
            ("Gemm", Attributes.None, [OpRun.Iota(33, 20), OpRun.Iota(20, 17), OpRun.Iota(17)]), ("MatMul", Attributes.None, [x, OpRun.Iota(40, 20, 5)]),
            ("MatMul", Attributes.None, [x, OpRun.Iota(20, 5)]),
            ("Conv", Attributes.None, [OpRun.Iota(4, 3, 20, 20), OpRun.Iota(9, 3, 3, 3)]),
            ("MaxPool", Attributes.Of(("kernel_shape", new long[] { 2, 2 })), [OpRun.Iota(4, 3, 20, 20)]), ("GlobalAveragePool", Attributes.None, [OpRun.Iota(4, 3, 20, 20)]),
        ];
        return all.Select(k => new TestCaseData(k.Item1, k.Item2, k.Item3).SetArgDisplayNames(k.Item1, string.Join(";", k.Item3.Select(t => t.ToString()))));
    }

    [TestCaseSource(nameof(Kernels))]
    public void Kernel_RunAgain_AllocatesNothing(string name, Attributes attributes, Tensor[] inputs)
    {
        Op op = OpTable.Find("", name)!;
        var node = new Node("n", "", name, [.. inputs.Select((_, i) => $"x{i}")], ["y"], attributes, Origin.None);
        TensorType type = op.Infer(new InferenceScope(node, [.. inputs.Select(TensorType.Of)], inputs))[0];
        Tensor result = Tensor.Zeros(type.Type, type.Shape!.Value.ToSizes());
        var y = new Slot(result.Type, result.Shape);
        y.Bind(result);
        Slot[] slots = [.. inputs.Select(t => new Slot(t.Type, t.Shape))];
        for (int i = 0; i < slots.Length; i++)
        {
            slots[i].Bind(inputs[i]);
        }

        Kernel kernel = op.Compile(new KernelSpec(node, slots, [y], inputs));
        using var team = new Team(1);
        kernel(team);
        kernel(team);
        long before = GC.GetAllocatedBytesForCurrentThread();
        kernel(team);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
