using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("mlp", "a multilayer perceptron: flatten, hidden layers, and an output layer as wide as the task needs")]
internal sealed record MlpOptions : ModelOptions
{
    [Key("units", "width of each hidden layer", IsPrimary = true)]
    [Range(1, 65536)]
    public required IReadOnlyList<int> Units { get; init; }

    [Key("activation", "function after each hidden layer")]
    public ActivationKind Activation { get; init; } = ActivationKind.Relu;

    [Key("dropout", "fraction of each hidden layer's outputs that is dropped in training")]
    [Range(0, 1, ExcludesMax = true)]
    public double Dropout { get; init; }

    [Key("init", "first values of the weights")]
    public InitOptions Init { get; init; } = new();

    internal override IReadOnlyList<LayerOptions> Expand()
    {
        List<LayerOptions> layers = [new FlattenOptions()];
        foreach (int units in Units)
        {
            layers.Add(new DenseOptions { Units = units, Activation = Activation, Init = Init });
            if (Dropout > 0)
            {
                layers.Add(new DropoutOptions { Rate = Dropout });
            }
        }

        return [.. layers, new DenseOptions { Units = null }];
    }
}
