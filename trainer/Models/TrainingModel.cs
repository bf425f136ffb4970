using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

/// <summary>The training step in ONNX's standard form: an inference graph whose initializers a <c>training_info</c> begins and updates.</summary>
/// <seealso href="https://github.com/onnx/onnx/blob/main/docs/IR.md">ONNX IR, TrainingInfoProto</seealso>
public static class TrainingModel
{
    /// <summary>Builds the model.</summary>
    /// <param name="graphs">The graphs of a model.</param>
    /// <returns>
    /// The inference graph with the parameters as initializers; an initialization that gives each parameter its first value; and an
    /// algorithm whose initializers are the optimizer's state and the step number, with all bindings.
    /// </returns>
    public static Model Of(TrainingGraphs graphs)
    {
        Graph inference = graphs.Inference with
        {
            Inputs = [.. graphs.Inference.Inputs.Where(i => graphs.Parameters.All(p => p.Name != i.Name))],
            Initializers = graphs.Inference.Initializers.AddRange(graphs.Parameters.Select(p => KeyValuePair.Create(p.Name, p.Initial))),
        };
        var empty = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        var training = new TrainingInfo(
            Initialization(graphs),
            empty.AddRange(graphs.Parameters.Select(p => KeyValuePair.Create(p.Name, Initial(p.Name)))),
            Algorithm(graphs),
            empty.AddRange(State(graphs).Select(s => KeyValuePair.Create(s, s + TrainingGraphs.NextSuffix))));
        Model model = Model.Of(inference);
        return FunctionBodies.Complete(model with { Training = [training] });
    }

    private static string Initial(string name) => name + ".initial";

    private static IEnumerable<string> State(TrainingGraphs graphs) =>
        graphs.StepState().Where(s => s.Output.Length > 0).Select(s => s.Input).Append(TrainingGraphs.StepInput);

    private static Graph Initialization(TrainingGraphs graphs)
    {
        var g = new GraphBuilder("initialization");
        foreach (Parameter parameter in graphs.Parameters)
        {
            Value value = g.Node("Constant", [], Attributes.Of(("value", parameter.Initial)), output: Initial(parameter.Name));
            g.Output(value);
        }

        return g.Build();
    }

    private static Graph Algorithm(TrainingGraphs graphs)
    {
        Graph step = graphs.Step.Graph;
        HashSet<string> parameters = [.. graphs.Parameters.Select(p => p.Name)];
        Dictionary<string, Tensor> state = graphs.StepState().Where(s => !parameters.Contains(s.Input)).ToDictionary(s => s.Input, s => s.Initial, StringComparer.Ordinal);
        var type = TensorType.Of(DType.Int64);
        string one = TrainingGraphs.StepInput + ".one";
        string next = TrainingGraphs.StepInput + TrainingGraphs.NextSuffix;
        return step with
        {
            Name = "algorithm",
            Inputs = [.. step.Inputs.Where(i => !parameters.Contains(i.Name) && !state.ContainsKey(i.Name) && i.Name != TrainingGraphs.StepInput)],
            Outputs = step.Outputs.Add(new ValueInfo(next, type)),
            Initializers = step.Initializers.AddRange(state).Add(TrainingGraphs.StepInput, Tensor.Scalar(1L)).Add(one, Tensor.Scalar(1L)),
            Nodes = step.Nodes.Add(new Node(next, "", "Add", [TrainingGraphs.StepInput, one], [next], Attributes.None, Origin.None)),
            Values = step.Values.Remove(next),
        };
    }
}
