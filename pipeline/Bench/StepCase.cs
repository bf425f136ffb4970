using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Bench;

/// <summary>A training step whose speed is compared between engines and with other libraries: an Adam step of a perceptron with Relu.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Batch">Rows per step.</param>
/// <param name="Features">Inputs of the first layer.</param>
/// <param name="Units">Outputs of each layer; the last ones are the classes.</param>
internal sealed record StepCase(string Name, int Batch, int Features, IReadOnlyList<int> Units)
{
    private const ulong Seed = 0;

    /// <summary>The name of the features' input.</summary>
    public const string Input = "x";

    /// <summary>The learning rate.</summary>
    public const float Rate = 1e-3f;

    public TrainingGraphs Build()
    {
        var g = new GraphBuilder("features");
        g.Output(g.Node("Identity", [g.Input(Input, TensorType.Of(DType.Float, Dim.Of("N"), Features))]), "features");
        Graph identity = g.Build();
        Layer[] layers =
        [
            .. Units.Select((units, i) => new Layer.Dense(
                FormattableString.Invariant($"dense{i + 1}"), Origin.None, units, i < Units.Count - 1 ? Activation.Relu : Activation.Linear, Bias: true, Initializer.Auto)),
        ];
        return TrainingGraphs.Build(
            new Network(layers), identity, identity, new TargetSpec(LearningTask.Classification, Units[^1]), Optimizer.Adam(), Seed);
    }
}
