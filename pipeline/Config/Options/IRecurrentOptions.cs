namespace Anneal.Pipeline.Config.Options;

/// <summary>What the recurrent layers' options have in common.</summary>
internal interface IRecurrentOptions
{
    int Units { get; }

    bool ReturnSequences { get; }

    bool Bidirectional { get; }

    double Dropout { get; }
}
