using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>What the recurrent layers share.</summary>
internal abstract record RecurrentOptions : LayerOptions
{
    [Key("units", "units of a direction", IsPrimary = true)]
    [Range(1, 65536)]
    public required int Units { get; init; }

    [Key("return_sequences", "whether each time step's output is given, [N, time, units], or that of the last alone, [N, units]")]
    public bool ReturnSequences { get; init; }

    [Key("bidirectional", "whether a second direction goes backwards in time; its units are put beside the first's")]
    public bool Bidirectional { get; init; }

    [Key("dropout", "fraction of the input that is dropped in training")]
    [Range(0, 1, ExcludesMax = true)]
    public double Dropout { get; init; }

    [Key("init", "first values of the weights of the input; auto is glorot_uniform over all gates")]
    public InitOptions Init { get; init; } = new();

    [Key("recurrent_init", "first values of the weights from one time step to the next; auto is uniform within 1/sqrt(units), orthogonal is so for each gate")]
    public InitOptions RecurrentInit { get; init; } = new();
}
