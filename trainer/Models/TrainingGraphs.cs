using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Losses;
using Anneal.Trainer.Optimizers;

namespace Anneal.Trainer.Models;

/// <summary>The graphs of one model: the training step, its evaluation, and inference.</summary>
/// <remarks>
/// <see cref="Step"/> takes the batch, <c>target</c>, <c>weight</c> where rows are weighted, <c>lr</c> (float scalar), <c>step</c> (int64 scalar from 1),
/// every parameter and every optimizer state; it gives <c>loss</c> (the batch's weighted mean), <c>mass</c> (the sum of its weights, where there are any),
/// <c>correct</c> (float count of rows answered rightly; not of a regression) and <c>X.next</c> for each state X.
/// Where the loss learns from a teacher, <c>teacher</c> takes its answers [N, outputs].
/// Where the optimizer is no update rule it gives what that asks for in place of <c>P.next</c> of each parameter P: <c>P.gradient</c>, or nothing.
/// With penalties, <c>objective</c> is the loss with them.
/// <see cref="Evaluation"/> takes the batch, <c>target</c>, <c>weight</c> and the parameters; it gives <c>loss</c>, <c>mass</c> and the model's outputs.
/// <see cref="Inference"/> takes raw rows and the parameters; it gives the outputs of the deployable: <c>class</c> [N] int64 and <c>probabilities</c> [N, C]
/// float of classes; <c>class</c> [N] and <c>probability</c> [N, 1] of two; <c>class</c> and <c>probabilities</c> [N, L] of labels; <c>prediction</c> [N, K].
/// </remarks>
public sealed record TrainingGraphs(
    Model Step,
    Model Evaluation,
    Graph Inference,
    IReadOnlyList<Parameter> Parameters,
    UpdateSettings Update,
    TargetSpec Target,
    IReadOnlyList<string> BatchInputs)
{
    /// <summary>The layers' outputs in <see cref="Step"/>, from the input to the loss.</summary>
    public IReadOnlyList<Signal> Signals { get; init; } = [];

    /// <summary>The gradient of each parameter that changes in <see cref="Step"/>, by the parameter's name; none where the optimizer needs none.</summary>
    public IReadOnlyDictionary<string, ValueInfo> Gradients { get; init; } = new Dictionary<string, ValueInfo>(StringComparer.Ordinal);

    /// <summary>Takes the batch and the parameters; gives <c>X.next</c>, the batch's own mean or variance, for each running average X. Null where the model has none.</summary>
    public Model? Statistics { get; init; }

    /// <summary>The name of the learning rate's input.</summary>
    public const string RateInput = "lr";

    /// <summary>The name of the step number's input.</summary>
    public const string StepInput = "step";

    /// <summary>The name of the target's input.</summary>
    public const string TargetInput = "target";

    /// <summary>The name of the input of the rows' weights.</summary>
    public const string WeightInput = "weight";

    /// <summary>The name of the input of a teacher's answers.</summary>
    public const string TeacherInput = "teacher";

    /// <summary>The name of the input that is a batch's share of the rows of its step, where a step has several batches.</summary>
    public const string ShareInput = UpdateGraph.ShareInput;

    /// <summary>The name of the input that says whether a batch is its step's last, where a step has several.</summary>
    public const string LastInput = UpdateGraph.LastInput;

    /// <summary>The name of the loss among the outputs.</summary>
    public const string LossOutput = "loss";

    /// <summary>The name of the output that holds the sum of a batch's weights.</summary>
    public const string MassOutput = "mass";

    /// <summary>The name of the output that counts rows answered rightly.</summary>
    public const string CorrectOutput = "correct";

    /// <summary>The suffix of the output that replaces a state.</summary>
    public const string NextSuffix = ".next";

    /// <summary>Builds the graphs.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="inStep">What a batch goes through in every step: its inputs to one output, the features that enter the first layer.</param>
    /// <param name="deployed">What a raw row goes through before the first layer: the whole of the preprocessing.</param>
    /// <param name="target">What is learnt.</param>
    /// <param name="update">The optimizer, with what else shapes a step.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="dropout">Whether a step drops out what layers ask for.</param>
    /// <param name="ahead">What the features of a raw row go through before the first layer, where a batch has gone through it already; null for nothing.</param>
    /// <returns>The graphs with the parameters' first values.</returns>
    /// <exception cref="AnnealException">A layer does not fit its input, or the last one the task.</exception>
    public static TrainingGraphs Build(Network network, Graph inStep, Graph deployed, TargetSpec target, UpdateSettings update, ulong seed, bool dropout = true, Graph? ahead = null)
    {
        (Graph step, IReadOnlyList<Parameter> parameters, IReadOnlyList<Signal> signals, IReadOnlyDictionary<string, ValueInfo> gradients) =
            BuildStep(network, inStep, target, update, seed, dropout);
        return new TrainingGraphs(
            Model.Of(step),
            Model.Of(BuildEvaluation(network, inStep, target, seed)),
            BuildInference(network, deployed, target, seed, ahead),
            parameters,
            update,
            target,
            [.. inStep.Inputs.Select(i => i.Name), .. target.IsWeighted ? (string[])[WeightInput] : [], .. target.Loss is Distilled ? (string[])[TeacherInput] : []])
        {
            Signals = signals,
            Gradients = gradients,
            Statistics = BuildStatistics(network, inStep, target, update, seed),
        };
    }

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer => Update.Optimizer;

    /// <summary>Whether the step counts right answers.</summary>
    public bool HasAccuracy => Target.Task != LearningTask.Regression;

    /// <summary>The parameters among the tensors of a step, without the optimizer's state.</summary>
    /// <param name="tensors">Parameters and optimizer state by name.</param>
    /// <returns>The parameters by name.</returns>
    public IReadOnlyDictionary<string, Tensor> ParametersIn(IReadOnlyDictionary<string, Tensor> tensors) =>
        Parameters.ToDictionary(p => p.Name, p => tensors[p.Name], StringComparer.Ordinal);

    /// <summary>The tensors that go on from phase to phase: the parameters and their moving averages, and the scale of the loss.</summary>
    /// <param name="tensors">Parameters and optimizer state by name.</param>
    /// <returns>Those tensors by name.</returns>
    public IReadOnlyDictionary<string, Tensor> CarriedIn(IReadOnlyDictionary<string, Tensor> tensors) =>
        Parameters.SelectMany(p => Update.AveragesOf(p).Prepend(p.Name)).Concat(Update.ScalingState.Count > 0 ? LossScaling.Carried : []).ToDictionary(name => name, name => tensors[name], StringComparer.Ordinal);

    /// <summary>A moving average of the parameters, freed of its beginning at zero: E / (1 - dᵗ).</summary>
    /// <param name="tensors">Parameters and optimizer state after t steps, by name.</param>
    /// <param name="index">The place of d among <see cref="UpdateSettings.AverageDecays"/>.</param>
    /// <param name="steps">t, at least 1.</param>
    /// <returns>The average of each parameter that steps change, and the others as they are.</returns>
    public IReadOnlyDictionary<string, Tensor> MovingAverage(IReadOnlyDictionary<string, Tensor> tensors, int index, long steps)
    {
        double scale = 1 / (1 - Math.Pow(Update.AverageDecays[index], steps));
        return Parameters.ToDictionary(
            p => p.Name,
            p => Update.AveragesOf(p).ElementAtOrDefault(index) is { } name ? Scaled(tensors[name], scale) : tensors[p.Name],
            StringComparer.Ordinal);
    }

    /// <summary>What a step session keeps: parameters and optimizer state, each with its first value.</summary>
    /// <returns>The bindings, parameters first; what a step does not replace has no output.</returns>
    public IReadOnlyList<StateBinding> StepState() =>
    [
        .. Parameters.Select(p => new StateBinding(p.Name, IsReplaced(p) ? p.Name + NextSuffix : "", p.Initial)),
        .. Parameters.SelectMany(p => Update.StateOf(p).Select(name => new StateBinding(name, name + NextSuffix, Tensor.Zeros(p.Initial.Type, p.Initial.Shape)))),
        .. Update.ScalingState.Select(s => new StateBinding(s.Name, s.Name + NextSuffix, s.Initial)),
    ];

    /// <summary>What an evaluation session keeps: the parameters.</summary>
    /// <returns>The bindings.</returns>
    public IReadOnlyList<StateBinding> EvaluationState() => [.. Parameters.Select(p => new StateBinding(p.Name, "", p.Initial))];

    private static (Graph Graph, IReadOnlyList<Parameter> Parameters, IReadOnlyList<Signal> Signals, IReadOnlyDictionary<string, ValueInfo> Gradients) BuildStep(
        Network network, Graph preprocessing, TargetSpec target, UpdateSettings settings, ulong seed, bool dropout)
    {
        var g = new GraphBuilder("training_step");
        IReadOnlyDictionary<string, Value> raw = RawInputs(g, preprocessing);
        TargetInputs(g, target, target.IsSoft);
        Value? teacher = target.Loss is Distilled ? g.Input(TeacherInput, TensorType.Of(DType.Float, Dim.Of("N"), target.Outputs)) : null;
        Value rate = g.Input(RateInput, TensorType.Of(DType.Float));
        Value step = g.Input(StepInput, TensorType.Of(DType.Int64));
        var update = new UpdateGraph(g, settings, seed, step, rate);
        var context = new LayerContext(g, seed, step, update.Read) { DropsOut = dropout, Changes = settings.Changes };
        Value logits = Logits(network, preprocessing, target, context, raw, update.ReadInput);
        (Value loss, Value? mass, Value? correct) = Loss(g, target, logits, target.IsSoft, teacher);
        g.Output(loss, LossOutput);
        if (mass is not null)
        {
            g.Output(mass, MassOutput);
        }

        if (correct is not null)
        {
            g.Output(correct, CorrectOutput);
        }

        (IReadOnlyDictionary<string, Value> gradients, IReadOnlyList<Value> watched) = update.Add(loss, context.Parameters, [.. context.Watched.Select(w => w.Output)]);
        foreach ((string name, Value next) in context.Next)
        {
            g.Output(update.Kept(name, next), name + NextSuffix);
        }

        Signal[] signals = [.. context.Watched.Select((w, i) => new Signal(w.Layer.Name, w.Layer.Ending, InfoOf(w.Output), watched.Count > 0 ? InfoOf(watched[i]) : null))];
        return (g.Build(), context.Parameters, signals, gradients.ToDictionary(p => p.Key, p => InfoOf(p.Value), StringComparer.Ordinal));
    }

    private static Graph BuildEvaluation(Network network, Graph preprocessing, TargetSpec target, ulong seed)
    {
        var g = new GraphBuilder("evaluation");
        IReadOnlyDictionary<string, Value> raw = RawInputs(g, preprocessing);
        TargetInputs(g, target, isSoft: false);
        Value logits = Logits(network, preprocessing, target, new LayerContext(g, seed, null), raw);
        (Value loss, Value? mass, _) = Loss(g, target, logits, isSoft: false);
        g.Output(loss, LossOutput);
        if (mass is not null)
        {
            g.Output(mass, MassOutput);
        }

        Head.Outputs(g, target, logits);
        return g.Build();
    }

    // The step's forward pass without dropout, of whose running averages nothing is kept from before.
    private static Model? BuildStatistics(Network network, Graph preprocessing, TargetSpec target, UpdateSettings settings, ulong seed)
    {
        var g = new GraphBuilder("statistics");
        IReadOnlyDictionary<string, Value> raw = RawInputs(g, preprocessing);
        var context = new LayerContext(g, seed, g.Scalar(1, DType.Int64)) { DropsOut = false, Changes = settings.Changes };
        Logits(network, preprocessing, target, context, raw);
        foreach ((string name, Value next) in context.Next)
        {
            g.Output(next, name + NextSuffix);
        }

        Graph graph = g.Build();
        return context.Next.Count == 0
            ? null
            : Model.Of(graph with { Nodes = [.. graph.Nodes.Select(n => n.OpType == "BatchNormTrain" ? n with { Attributes = n.Attributes.With("momentum", 0f) } : n)] });
    }

    /// <summary>Builds the graph of inference alone.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="deployed">What a raw row goes through before the first layer.</param>
    /// <param name="target">What is answered.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="ahead">What its features go through then; null for nothing.</param>
    /// <param name="also">Outputs beside the answers.</param>
    /// <returns>Raw rows and the parameters to the answers, then what is asked for beside them.</returns>
    /// <exception cref="AnnealException">A layer does not fit its input, or the last one the task.</exception>
    public static Graph BuildInference(Network network, Graph deployed, TargetSpec target, ulong seed, Graph? ahead = null, params IReadOnlyList<InferenceOutput> also)
    {
        var g = new GraphBuilder("inference");
        Value? embeddings = null;
        Value logits = Logits(
            network,
            deployed,
            target,
            new LayerContext(g, seed, null),
            RawInputs(g, deployed),
            features => embeddings = ahead is null ? features : Through(g, ahead, features),
            (layer, output) => embeddings = layer == network.Layers[^1] ? embeddings : output);
        Head.Outputs(g, target, logits);
        foreach (InferenceOutput output in also)
        {
            Value value = output == InferenceOutput.Logits ? Head.Calibrated(g, target, logits) : embeddings!.Rank == 2 ? embeddings : g.Node("Flatten", [embeddings]);
            g.Output(value, output == InferenceOutput.Logits ? ModelSignature.LogitsOutput : ModelSignature.EmbeddingsOutput);
        }

        return InlineFunctions.Apply(Model.Of(g.Build()), known: true).Graph;
    }

    private static Dictionary<string, Value> RawInputs(GraphBuilder g, Graph preprocessing) =>
        preprocessing.Inputs.ToDictionary(i => i.Name, i => g.Input(i.Name, i.Type), StringComparer.Ordinal);

    /// <summary>The evaluation of a model that is deployed already, with the loss that its answers tell.</summary>
    /// <param name="deployed">Raw rows to answers; all parameters are inside.</param>
    /// <param name="target">What it was trained towards.</param>
    /// <returns>As <see cref="Evaluation"/>, from raw rows and without parameters.</returns>
    internal static Model EvaluationOf(Graph deployed, TargetSpec target)
    {
        var g = new GraphBuilder("evaluation");
        IReadOnlyDictionary<string, Value> answers = g.Splice(deployed, RawInputs(g, deployed));
        TargetInputs(g, target, isSoft: false);
        (Value loss, Value? mass, _) = Loss(g, target, target.Loss.Scores(g, target, answers[Head.ScoreOutput(target)]), isSoft: false);
        g.Output(loss, LossOutput);
        if (mass is not null)
        {
            g.Output(mass, MassOutput);
        }

        foreach ((string name, Value value) in answers)
        {
            g.Output(value, name);
        }

        return Model.Of(g.Build());
    }

    private static void TargetInputs(GraphBuilder g, TargetSpec target, bool isSoft)
    {
        g.Input(TargetInput, Head.TargetType(target, isSoft));
        if (target.IsWeighted)
        {
            g.Input(WeightInput, TensorType.Of(DType.Float, Dim.Of("N")));
        }
    }

    private static Value Logits(Network network, Graph preprocessing, TargetSpec target, LayerContext context, IReadOnlyDictionary<string, Value> raw, Func<Value, Value>? read = null, Action<Layer, Value>? trace = null)
    {
        GraphBuilder g = context.Graph;
        Value features;
        using (g.Scope("features"))
        {
            features = g.Splice(preprocessing, raw).Values.Single();
            features = read?.Invoke(features) ?? features;
        }

        Value logits = network.Apply(context, features, trace);
        Layer last = network.Layers[^1];
        if (logits.Rank != 2 || logits.Shape[1].Size != target.Outputs)
        {
            throw AnnealException.BadUsage(
                $"the last layer '{last.Name}' gives {logits.Shape}, expected [N,{target.Outputs}] for {Head.Expected(target)}",
                $"end with dense: {target.Outputs}").In(last.Origin.ToString());
        }

        return logits;
    }

    private static Value Through(GraphBuilder g, Graph ahead, Value features)
    {
        var names = new Import.OwnNames(g, name => name, Origin.None) { [ahead.Inputs[0].Name] = features };
        names.Add(ahead);
        return names[ahead.Outputs[0].Name];
    }

    private static (Value Mean, Value? Mass, Value? Correct) Loss(GraphBuilder g, TargetSpec target, Value logits, bool isSoft, Value? teacher = null)
    {
        Value truth = g[TargetInput];
        Value? weight = target.IsWeighted ? g[WeightInput] : null;
        using IDisposable scope = g.Scope("loss");
        (Value mean, Value? mass) = target.Loss.Mean(new LossScope(g, target, logits, truth, weight, isSoft) { Teacher = teacher });
        return (mean, mass, Head.Correct(g, target, logits, truth, isSoft));
    }

    private static ValueInfo InfoOf(Value value) => new(value.Name, value.Type);

    private static Tensor Scaled(Tensor tensor, double scale)
    {
        Tensor scaled = Tensor.Zeros(tensor.Type, tensor.Shape);
        ReadOnlySpan<float> from = tensor.Span<float>();
        Span<float> to = scaled.Span<float>();
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = (float)(from[i] * scale);
        }

        return scaled;
    }

    private bool IsReplaced(Parameter parameter) => Step.Graph.Outputs.Any(o => o.Name == parameter.Name + NextSuffix);
}
