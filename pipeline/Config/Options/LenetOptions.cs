using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("lenet", "LeNet-5 for small images (LeCun et al. 1998), with max pooling: two convolutions of window 5, three dense layers")]
internal sealed record LenetOptions : ModelOptions
{
    [Key("activation", "function after each layer; tanh is the original's")]
    public ActivationKind Activation { get; init; } = ActivationKind.Relu;

    internal override IReadOnlyList<LayerOptions> Expand() =>
    [
        new ConvOptions { Filters = 6, Kernel = 5, Activation = Activation },
        new MaxPoolOptions { Size = 2 },
        new ConvOptions { Filters = 16, Kernel = 5, Padding = 0, Activation = Activation },
        new MaxPoolOptions { Size = 2 },
        new FlattenOptions(),
        new DenseOptions { Units = 120, Activation = Activation },
        new DenseOptions { Units = 84, Activation = Activation },
        new DenseOptions { Units = null },
    ];
}
