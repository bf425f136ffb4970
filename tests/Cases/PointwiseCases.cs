using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Cases;

internal sealed class PointwiseCases : IOpCases
{
    private const string OnlyInPlans = "only plans hold it, and its steps have cases of their own";

    public IEnumerable<OpCase> Cases
    {
        get
        {
            foreach (int length in Sample.Lengths)
            {
                yield return Of("swish and its slope", [Sample.Real([length]), Sample.Real([length], salt: 1)], Swish);
                yield return Of("the last step must not overwrite what it reads", [Sample.Real([length], 0.5), Sample.Real([length], salt: 1)], Power);
            }

            foreach ((int[] shape, int[] row) in new (int[], int[])[]
            {
                ([70, 333], [333]), ([3, 5, 1000], [5, 1]), ([2, 3, 4, 5000], [3, 1, 1]), ([9000, 3], [9000, 1]), ([130, 65], []), ([0, 4], [4]), ([40, 1, 100], [40, 1, 1]),
            })
            {
                yield return Of("gate", [Sample.Real(shape), Sample.Real(row, salt: 1), Sample.Real(shape, salt: 2)], Gate);
            }

            yield return Of("one input", [Sample.Real([2, 3])], [Node("a", "Abs", ["x0"], ["a"]), Node("y", "Exp", ["a"], ["y"])]);
            yield return Of("many values at once", [.. Enumerable.Range(0, Pointwise.MaxInputs).Select(i => Sample.Real([3, 700], salt: i))], Wide);
        }
    }

    private static Node[] Swish =>
    [
        Node("s", "Sigmoid", ["x0"], ["s"]),
        Node("p", "Mul", ["x0", "s"], ["p"]),
        Node("q", "Sub", ["s", "p"], ["q"]),
        Node("r", "Add", ["p", "q"], ["r"]),
        Node("y", "Mul", ["r", "x1"], ["y"]),
    ];

    private static Node[] Power => [Node("a", "Abs", ["x1"], ["a"]), Node("y", "Pow", ["a", "x0"], ["y"])];

    private static Node[] Gate =>
    [
        Node("a", "Add", ["x0", "x1"], ["a"]),
        Node("g", "Greater", ["a", "x2"], ["g"]),
        Node("e", "Exp", ["a"], ["e"]),
        Node("y", "Where", ["g", "e", "x2"], ["y"]),
    ];

    // Every second input is halfway to the output before any of them is added up.
    private static Node[] Wide =>
    [
        .. Enumerable.Range(0, Pointwise.MaxInputs / 2).Select(i => Node($"m{i}", "Mul", [$"x{2 * i}", $"x{(2 * i) + 1}"], [$"m{i}"])),
        .. Enumerable.Range(1, (Pointwise.MaxInputs / 2) - 1).Select(i => Node($"a{i}", "Add", [i == 1 ? "m0" : $"a{i - 1}", $"m{i}"], [$"a{i}"])),
    ];

    private static OpCase Of(string label, Tensor[] inputs, Node[] steps) => new("Pointwise", inputs)
    {
        Domain = Anneal.Onnx.Ir.Model.AnnealDomain,
        Attributes = Pointwise.Of([.. steps], [.. inputs.Select((_, i) => $"x{i}")]).Attributes,
        Label = label,
        NotInOrt = OnlyInPlans,
        Tolerance = 1e-4,
    };
}
