using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("resnet", "a residual network (He et al. 2015) of blocks of two convolutions of window 3, each with batch normalisation, and projections where the shape changes")]
internal sealed record ResnetOptions : ModelOptions
{
    private static readonly Dictionary<int, (int Filters, int[] Blocks)> s_depths = new()
    {
        [18] = (64, [2, 2, 2, 2]),
        [20] = (16, [3, 3, 3]),
        [32] = (16, [5, 5, 5]),
        [34] = (64, [3, 4, 6, 3]),
        [44] = (16, [7, 7, 7]),
        [56] = (16, [9, 9, 9]),
        [110] = (16, [18, 18, 18]),
    };

    [Key("depth", "layers with weights: 20, 32, 44, 56 or 110 of 16, 32 and 64 filters, as for CIFAR; 18 or 34 of 64 to 512, as for ImageNet", IsPrimary = true)]
    public required int Depth { get; init; }

    [Key("stem", "small begins with a convolution of window 3 and stride 1, for images of some 32 pixels; large with window 7, stride 2 and a pool of stride 2, for some 224")]
    public StemKind Stem { get; init; } = StemKind.Small;

    [Key("shortcut", "what a block's input passes through where the block changes the shape")]
    public ShortcutKind Shortcut { get; init; } = ShortcutKind.Projection;

    /// <summary>The depths that can be chosen.</summary>
    internal static IReadOnlyCollection<int> Depths => s_depths.Keys;

    internal override IReadOnlyList<LayerOptions> Expand()
    {
        (int filters, int[] blocks) = s_depths[Depth];
        bool isLarge = Stem == StemKind.Large;
        List<LayerOptions> layers = [.. Normalized(filters, isLarge ? 7 : 3, isLarge ? 2 : 1), new ActivationOptions { Kind = ActivationKind.Relu }];
        if (isLarge)
        {
            layers.Add(new MaxPoolOptions { Size = 3, Stride = 2, Padding = 1 });
        }

        for (int stage = 0; stage < blocks.Length; stage++)
        {
            for (int block = 0; block < blocks[stage]; block++)
            {
                layers.Add(Block(filters << stage, stage > 0 && block == 0 ? 2 : 1));
            }
        }

        return [.. layers, new GlobalAveragePoolOptions(), new FlattenOptions(), new DenseOptions { Units = null }];
    }

    private ResidualOptions Block(int filters, int stride) => new()
    {
        Layers = [.. Normalized(filters, 3, stride), new ActivationOptions { Kind = ActivationKind.Relu }, .. Normalized(filters, 3, 1)],
        Activation = ActivationKind.Relu,
        Shortcut = Shortcut,
    };

    // The activation behind the normalisation chooses the weights' spread.
    private static LayerOptions[] Normalized(int filters, int kernel, int stride) =>
    [
        new ConvOptions { Filters = filters, Kernel = kernel, Stride = stride, Bias = false, Init = new InitOptions { Kind = InitKind.HeNormal } },
        new BatchNormOptions(),
    ];
}
