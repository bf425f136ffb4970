using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Bench;

/// <summary>A training step whose speed is compared between engines and with other libraries: an Adam step on softmax cross-entropy.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Batch">Rows per step.</param>
/// <param name="Row">The sizes of a row.</param>
/// <param name="Layers">The layers.</param>
/// <param name="Classes">The last layer's outputs.</param>
internal sealed record StepCase(string Name, int Batch, IReadOnlyList<int> Row, IReadOnlyList<Layer> Layers, int Classes)
{
    private const ulong Seed = 0;

    /// <summary>The name of the features' input.</summary>
    public const string Input = "x";

    /// <summary>The learning rate.</summary>
    public const float Rate = 1e-3f;

    public TrainingGraphs Build()
    {
        var g = new GraphBuilder("features");
        g.Output(g.Node("Identity", [g.Input(Input, TensorType.Of(DType.Float, [Dim.Of("N"), .. Row.Select(Dim.Of)]))]), "features");
        Graph identity = g.Build();
        return TrainingGraphs.Build(
            new Network(Layers), identity, identity, new TargetSpec(LearningTask.Classification, Classes), Optimizer.Adam(), Seed);
    }
}
