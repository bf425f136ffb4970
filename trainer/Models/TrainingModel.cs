using System.Collections.Immutable;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

/// <summary>The training step in ONNX's standard form: an inference graph whose initializers a <c>training_info</c> begins and updates.</summary>
/// <seealso href="https://github.com/onnx/onnx/blob/main/docs/IR.md">ONNX IR, TrainingInfoProto</seealso>
public static class TrainingModel
{
    private static readonly ImmutableSortedDictionary<string, string> s_empty = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

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
        var training = new TrainingInfo(
            Initialization(graphs),
            s_empty.AddRange(graphs.Parameters.Select(p => KeyValuePair.Create(p.Name, Initial(p.Name)))),
            Algorithm(graphs, StateOf(graphs), 1),
            Updates(graphs));
        Model model = Model.Of(inference);
        return FunctionBodies.Complete(model with { Training = [training] });
    }

    /// <summary>Adds to a model what training needs to go on where it ended.</summary>
    /// <param name="model">The model; its initializers are the parameters.</param>
    /// <param name="graphs">The graphs of the training's last phase.</param>
    /// <param name="tensors">What its last checkpoint holds.</param>
    /// <param name="steps">Batches that the last phase has taken.</param>
    /// <returns>The model with an algorithm of standard ops whose initializers are the optimizer's state; there is no initialization, since nothing is to begin anew.</returns>
    public static Model Resumable(Model model, TrainingGraphs graphs, IReadOnlyDictionary<string, Tensor> tensors, long steps)
    {
        Dictionary<string, Tensor> state = StateOf(graphs).ToDictionary(s => s.Key, s => tensors[s.Key], StringComparer.Ordinal);
        Graph algorithm = OwnConstants(Algorithm(graphs, state, steps + 1), model.Graph);
        // A parameter that the exported graph no longer has by itself, since it went into others.
        algorithm = algorithm with
        {
            Initializers = algorithm.Initializers.AddRange(graphs.Parameters.Where(p => !model.Graph.Initializers.ContainsKey(p.Name)).Select(p => KeyValuePair.Create(p.Name, tensors[p.Name]))),
        };
        return InlineFunctions.Apply(model with { Training = [new TrainingInfo(null, s_empty, algorithm, Updates(graphs))] }, known: true);
    }

    /// <summary>The optimizer's state in a model that holds some.</summary>
    /// <param name="model">The model, of <see cref="Resumable"/>.</param>
    /// <param name="graphs">The graphs of the training that goes on.</param>
    /// <returns>The state by name, and the batches that were taken before.</returns>
    /// <exception cref="AnnealException">The model has none, or not that of this optimizer.</exception>
    public static (IReadOnlyDictionary<string, Tensor> State, long Steps) StateIn(Model model, TrainingGraphs graphs)
    {
        if (model.Training is not [{ Algorithm: var algorithm }, ..] || algorithm.Initializers.GetValueOrDefault(TrainingGraphs.StepInput) is not { Type: DType.Int64, Length: 1 } step)
        {
            throw AnnealException.BadData("the file has no training_info to go on from", "export it with 'export: {training: true}', or leave 'model.continue' out");
        }

        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, Tensor first) in StateOf(graphs))
        {
            state[name] = algorithm.Initializers.GetValueOrDefault(name) is { } tensor && tensor.Shape.SequenceEqual(first.Shape) && tensor.Type == first.Type
                ? tensor
                : throw AnnealException.BadData($"the file has no state '{name}' of the optimizer '{graphs.Optimizer.Name}'", "go on with the optimizer and the frozen parameters that it was trained with, or leave 'model.continue' out");
        }

        return (state, step.Span<long>()[0] - 1);
    }

    // The algorithm sees the model's initializers: a name of its own must be another.
    private static Graph OwnConstants(Graph algorithm, Graph model)
    {
        Dictionary<string, string> names = algorithm.Initializers.Keys.Where(model.Initializers.ContainsKey).ToDictionary(n => n, n => "algorithm/" + n, StringComparer.Ordinal);
        return algorithm with
        {
            Initializers = Graph.NoInitializers.AddRange(algorithm.Initializers.Select(i => KeyValuePair.Create(names.GetValueOrDefault(i.Key, i.Key), i.Value))),
            Nodes = [.. algorithm.Nodes.Select(n => n with { Inputs = [.. n.Inputs.Select(i => names.GetValueOrDefault(i, i))] })],
        };
    }

    private static Dictionary<string, Tensor> StateOf(TrainingGraphs graphs)
    {
        HashSet<string> parameters = [.. graphs.Parameters.Select(p => p.Name)];
        return graphs.StepState().Where(s => !parameters.Contains(s.Input)).ToDictionary(s => s.Input, s => s.Initial, StringComparer.Ordinal);
    }

    private static ImmutableSortedDictionary<string, string> Updates(TrainingGraphs graphs) =>
        s_empty.AddRange(State(graphs).Select(s => KeyValuePair.Create(s, s + TrainingGraphs.NextSuffix)));

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

    private static Graph Algorithm(TrainingGraphs graphs, Dictionary<string, Tensor> state, long number)
    {
        Graph step = graphs.Step.Graph;
        HashSet<string> parameters = [.. graphs.Parameters.Select(p => p.Name)];
        var type = TensorType.Of(DType.Int64);
        string one = TrainingGraphs.StepInput + ".one";
        string next = TrainingGraphs.StepInput + TrainingGraphs.NextSuffix;
        return step with
        {
            Name = "algorithm",
            Inputs = [.. step.Inputs.Where(i => !parameters.Contains(i.Name) && !state.ContainsKey(i.Name) && i.Name != TrainingGraphs.StepInput)],
            Outputs = step.Outputs.Add(new ValueInfo(next, type)),
            Initializers = step.Initializers.AddRange(state).Add(TrainingGraphs.StepInput, Tensor.Scalar(number)).Add(one, Tensor.Scalar(1L)),
            Nodes = step.Nodes.Add(new Node(next, "", "Add", [TrainingGraphs.StepInput, one], [next], Attributes.None, Origin.None)),
            Values = step.Values.Remove(next),
        };
    }
}
