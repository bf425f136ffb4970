using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Sums of products of elements over named dimensions, as in <c>bij,bjk-&gt;bik</c>.</summary>
/// <remarks>Each element is added up in one order, in the inputs' type.</remarks>
internal sealed unsafe class Einsum : NumberOp
{
    public override OpSchema Schema { get; } = new(
        12,
        [new("Inputs", "T", Variadic: true)],
        [new("Output", "T")],
        [AttributeSchema.String("equation", required: true)],
        [("T", TypeSet.Numbers)]);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value[] inputs = [.. Enumerable.Range(0, s.Node.Inputs.Length).Select(s.In)];
        EinsumEquation equation = EinsumEquation.Parse(s.Attributes.String("equation", ""), [.. inputs.Select(v => v.Rank)]) ?? throw s.Error("the equation does not fit the inputs");
        int unused = equation.Inputs.SelectMany(l => l).DefaultIfEmpty(-1).Max() + 1;
        var gradients = new Value?[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            int[] own = [.. equation.Inputs[i]];
            List<(Value Value, int[] Labels)> factors = [(s.DY, equation.Output), .. Enumerable.Range(0, inputs.Length).Where(k => k != i).Select(k => (inputs[k], equation.Inputs[k]))];
            for (int d = 0; d < own.Length; d++)
            {
                // A dimension named again is one of its own, times the unit matrix: what lies off the diagonal has no gradient.
                int first = Array.IndexOf(equation.Inputs[i], own[d]);
                if (first < d)
                {
                    factors.Add((Unit(s, inputs[i], first, d), [own[d], unused]));
                    own[d] = unused++;
                }
            }

            HashSet<int> given = [.. factors.SelectMany(f => f.Labels)];
            string text = string.Join(',', factors.Select(f => Letters(f.Labels)));
            Value part = g.Node("Einsum", [.. factors.Select(f => f.Value)], Attributes.Of(("equation", $"{text}->{Letters(own.Where(given.Contains))}")));
            long[] missing = [.. Enumerable.Range(0, own.Length).Where(d => !given.Contains(own[d])).Select(d => (long)d)];
            gradients[i] = missing.Length == 0 ? part : g.Node("Expand", [g.Unsqueeze(part, missing), g.ShapeOf(inputs[i])]);
        }

        return gradients;
    });

    public override TensorType[] Infer(InferenceScope scope)
    {
        if (Enumerable.Range(0, scope.InputCount).Any(i => scope.Shape(i) is null))
        {
            return [new(scope.Type(0), null)];
        }

        TensorShape[] shapes = [.. Enumerable.Range(0, scope.InputCount).Select(i => scope.Shape(i)!.Value)];
        string text = scope.Attributes.String("equation", "");
        EinsumEquation equation = EinsumEquation.Parse(text, [.. shapes.Select(s => s.Rank)])
            ?? throw scope.Error($"equation '{text}' does not fit inputs of shapes {string.Join(", ", shapes)}");
        var sizes = new Dictionary<int, Dim>();
        for (int i = 0; i < shapes.Length; i++)
        {
            for (int d = 0; d < shapes[i].Rank; d++)
            {
                int label = equation.Inputs[i][d];
                Dim known = sizes.GetValueOrDefault(label, Dim.Of(1));
                sizes[label] = scope.Broadcast(new TensorShape(known), new TensorShape(shapes[i][d]))!.Value[0];
            }
        }

        return [new(scope.Type(0), new TensorShape([.. equation.Output.Select(l => sizes[l])]))];
    }

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        Slot[] inputs = [.. Enumerable.Range(0, spec.InputCount).Select(spec.In)];
        Slot y = spec.Out();
        EinsumEquation equation = EinsumEquation.Parse(spec.Attributes.String("equation", ""), [.. inputs.Select(i => i.Shape.Length)])!;
        var sizes = new Dictionary<int, int>();
        for (int i = 0; i < inputs.Length; i++)
        {
            for (int d = 0; d < inputs[i].Shape.Length; d++)
            {
                int label = equation.Inputs[i][d];
                int known = sizes.GetValueOrDefault(label, 1);
                sizes[label] = known == 1 ? inputs[i].Shape[d] : known;
            }
        }

        int[] summed = [.. equation.Inputs.SelectMany(l => l).Distinct().Except(equation.Output)];
        int[][] kept = [.. inputs.Select((x, i) => Offsets(x, equation.Inputs[i], equation.Output, sizes))];
        int[][] inner = [.. inputs.Select((x, i) => Offsets(x, equation.Inputs[i], summed, sizes))];
        int count = inner[0].Length;
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, count));
        Action<int> body = item =>
        {
            int end = Math.Min(y.Length, (item + 1) * perItem);
            for (int o = item * perItem; o < end; o++)
            {
                T sum = T.Zero;
                for (int k = 0; k < count; k++)
                {
                    T product = ((T*)inputs[0].Pointer)[kept[0][o] + inner[0][k]];
                    for (int i = 1; i < inputs.Length; i++)
                    {
                        product *= ((T*)inputs[i].Pointer)[kept[i][o] + inner[i][k]];
                    }

                    sum += product;
                }

                ((T*)y.Pointer)[o] = sum;
            }
        };
        int items = (y.Length + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }

    private static Value Unit(GradientScope s, Value x, int first, int second)
    {
        if (x.Shape[first] != x.Shape[second])
        {
            throw s.Error($"no gradient where an input of shape {x.Shape} has dimensions {first} and {second} for one index", "give both dimensions the same size");
        }

        GraphBuilder g = s.Builder;
        Value square = g.Node("Expand", [g.Scalar(0, x.Type.Type), g.Node("Gather", [g.ShapeOf(x), g.Longs(first, second)])]);
        return g.Node("EyeLike", [square]);
    }

    // Where an operand's elements are for each index of some dimensions, in row-major order.
    private static int[] Offsets(Slot x, int[] own, int[] labels, Dictionary<int, int> sizes)
    {
        int[] strides = StridedCopy.Dense(x.Shape);
        int[] offsets = [0];
        foreach (int label in labels)
        {
            int step = 0;
            for (int d = 0; d < own.Length; d++)
            {
                step += own[d] == label && x.Shape[d] != 1 ? strides[d] : 0;
            }

            offsets = [.. offsets.SelectMany(o => Enumerable.Range(0, sizes[label]).Select(i => o + (i * step)))];
        }

        return offsets;
    }

    // Letters that are no longer those of the equation, so that an ellipsis has some too.
    private static string Letters(IEnumerable<int> labels) => string.Concat(labels.Select(l => (char)(l < 26 ? 'a' + l : 'A' + l - 26)));
}
