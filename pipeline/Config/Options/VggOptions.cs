using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("vgg", "a network like VGG (Simonyan and Zisserman 2014): blocks of convolutions of window 3, each block ended by a pool of 2 and twice as wide as the one before, then dense layers")]
internal sealed record VggOptions : ModelOptions
{
    private const int WidestOverFirst = 8;

    [Key("blocks", "convolutions in each block; VGG-11 is [1, 1, 2, 2, 2], VGG-16 [2, 2, 3, 3, 3]; an image is halved once a block", IsPrimary = true)]
    [Range(1, 16)]
    public IReadOnlyList<int> Blocks { get; init; } = [2, 2, 2];

    [Key("filters", "channels of the first block; no block has more than 8 times as many")]
    [Range(1, 4096)]
    public int Filters { get; init; } = 64;

    [Key("units", "width of each hidden dense layer")]
    [Range(1, 65536)]
    public IReadOnlyList<int> Units { get; init; } = [512];

    [Key("batch_norm", "whether each convolution is followed by batch normalisation")]
    public bool BatchNorm { get; init; } = true;

    [Key("dropout", "fraction of each hidden dense layer's outputs that is dropped in training")]
    [Range(0, 1, ExcludesMax = true)]
    public double Dropout { get; init; } = 0.5;

    internal override IReadOnlyList<LayerOptions> Expand() =>
    [
        .. Blocks.SelectMany((count, i) => Enumerable.Repeat(Convolution(Filters * Math.Min(1 << i, WidestOverFirst)), count)
            .SelectMany(c => c)
            .Append(new MaxPoolOptions { Size = 2 })),
        .. new MlpOptions { Units = Units, Dropout = Dropout }.Expand(),
    ];

    private LayerOptions[] Convolution(int filters) => BatchNorm
        ? [new ConvOptions { Filters = filters, Bias = false, Init = new InitOptions { Kind = InitKind.HeNormal } }, new BatchNormOptions(), new ActivationOptions { Kind = ActivationKind.Relu }]
        : [new ConvOptions { Filters = filters, Activation = ActivationKind.Relu }];
}
