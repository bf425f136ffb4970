using System.Collections.Immutable;
using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Several nodes that work element by element, in one pass over memory: the subgraph <c>steps</c> says which.</summary>
/// <remarks>
/// <c>steps</c> is a branch as those of If: it reads values of the graph around it, which the inputs name. Each of its nodes has the shape of the output.
/// The bits are those of the nodes run one by one.
/// </remarks>
internal sealed class Pointwise : Op
{
    /// <summary>The most inputs of a node.</summary>
    public const int MaxInputs = 16;

    private const string Steps = "steps";
    private static readonly string[] s_inputs = [.. Enumerable.Range(0, MaxInputs).Select(i => string.Create(CultureInfo.InvariantCulture, $"X{i}"))];

    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; } = new(
        1,
        [.. s_inputs.Select((name, i) => new Parameter(name, TypeOf(i), Optional: i > 0))],
        [new("Y", "T")],
        [AttributeSchema.Graph(Steps, required: true)],
        [("T", TypeSet.NumbersAndBool), .. s_inputs.Select((_, i) => (TypeOf(i), TypeSet.NumbersAndBool))]);

    public override Gradient Gradient => Gradient.Forbidden("it joins nodes of a finished graph: differentiate those");

    public override IReadOnlyList<(int Output, int Input)> InPlace { get; } = [.. Enumerable.Range(0, MaxInputs).Select(i => (0, i))];

    public override bool IsElementwise => true;

    public override Function Body
    {
        get
        {
            var b = new BodyBuilder(Name, s_inputs, ["Y"], Steps);
            var steps = new AttributeValue.Reference(Steps, typeof(AttributeValue.GraphValue));
            b.Return("Y", b.Op("If", Attributes.Of(("else_branch", steps), ("then_branch", steps)), b.Constant(Tensor.Scalar(true))));
            return b.Build();
        }
    }

    /// <summary>The node that does the work of several.</summary>
    /// <param name="nodes">The nodes in order; the last one computes the output.</param>
    /// <param name="inputs">What they read from outside.</param>
    /// <returns>The node, named as the last one.</returns>
    public static Node Of(ImmutableArray<Node> nodes, ImmutableArray<string> inputs)
    {
        Node last = nodes[^1];
        var steps = new Graph(
            Steps, [], [new ValueInfo(last.Outputs[0] + "/" + Steps, new TensorType(DType.Undefined, null))], Graph.NoInitializers, [.. nodes.Select(n => Inside(n, nodes))], Graph.NoValues);
        return last with
        {
            Domain = Model.AnnealDomain,
            OpType = nameof(Pointwise),
            Inputs = inputs,
            Attributes = Attributes.Of((Steps, new AttributeValue.GraphValue(steps))),
        };
    }

    public override TensorType[] Infer(InferenceScope scope)
    {
        TypeInference types = Types(scope.Node, scope.In);
        return [types.Types[StepsOf(scope.Node)[^1].Outputs[0]]];
    }

    public override Kernel Compile(KernelSpec spec)
    {
        TypeInference types = Types(spec.Node, i => TensorType.Of(spec.In(i).Type, [.. spec.In(i).Shape.ToArray().Select(Dim.Of)]));
        return new BlockProgram(spec, StepsOf(spec.Node), types.Types).Run;
    }

    private static string TypeOf(int input) => string.Create(CultureInfo.InvariantCulture, $"T{input}");

    // A subgraph must not define again what the graph around it defines.
    private static Node Inside(Node node, ImmutableArray<Node> nodes)
    {
        HashSet<string> own = [.. nodes.Select(n => n.Outputs[0])];
        return node with
        {
            Inputs = [.. node.Inputs.Select(i => own.Contains(i) ? i + "/" + Steps : i)],
            Outputs = [node.Outputs[0] + "/" + Steps],
        };
    }

    private static ImmutableArray<Node> StepsOf(Node node)
    {
        Graph steps = ((AttributeValue.GraphValue)node.Attributes.Find(Steps)!).Value;
        bool isChain = steps.Nodes.Length > 0 && steps.Initializers.Count == 0 && steps.Outputs.Length == 1
            && steps.Nodes[^1].Outputs is [var last] && last == steps.Outputs[0].Name;
        return isChain ? steps.Nodes : throw AnnealException.BadData("'steps' must be nodes alone, the last of which computes its one output").In(node);
    }

    private static TypeInference Types(Node node, Func<int, TensorType> input)
    {
        var types = new TypeInference();
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            types.Declare(node.Inputs[i], input(i));
        }

        ImmutableArray<Node> steps = StepsOf(node);
        foreach (Node step in steps)
        {
            if (!OpTable.Get(step).IsElementwise || step.Outputs.Length != 1)
            {
                throw AnnealException.BadData($"{step.OpType} does not work element by element").In(step).In(node);
            }

            types.Add(step);
        }

        TensorShape? shape = types.Types[steps[^1].Outputs[0]].Shape;
        Node? other = steps.FirstOrDefault(s => shape is { IsStatic: true } && types.Types[s.Outputs[0]].Shape is { IsStatic: true } own && own != shape);
        return other is null ? types : throw AnnealException.BadData($"the result of step '{other.Name}' has another shape than the output, {shape}").In(node);
    }
}
