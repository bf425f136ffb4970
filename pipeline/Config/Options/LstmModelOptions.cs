using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("lstm", "long short-term memory over [N, time, features]: layers one on the other, the last step's output, and an output layer as wide as the task needs")]
internal sealed record LstmModelOptions : ModelOptions
{
    [Key("units", "units of each layer and direction", IsPrimary = true)]
    [Range(1, 65536)]
    public int Units { get; init; } = 128;

    [Key("layers", "number of layers")]
    [Range(1, 1024)]
    public int Layers { get; init; } = 1;

    [Key("bidirectional", "whether each layer has a second direction that goes backwards in time")]
    public bool Bidirectional { get; init; }

    [Key("dropout", "fraction of each layer's output that is dropped in training")]
    [Range(0, 1, ExcludesMax = true)]
    public double Dropout { get; init; }

    internal override IReadOnlyList<LayerOptions> Expand() =>
    [
        .. Enumerable.Range(1, Layers).SelectMany(Layer),
        new DenseOptions { Units = null },
    ];

    private LayerOptions[] Layer(int number)
    {
        var layer = new LstmOptions { Units = Units, ReturnSequences = number < Layers, Bidirectional = Bidirectional };
        return Dropout > 0 ? [layer, new DropoutOptions { Rate = Dropout }] : [layer];
    }
}
