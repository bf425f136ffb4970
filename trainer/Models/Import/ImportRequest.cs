namespace Anneal.Trainer.Models.Import;

/// <summary>What is asked of an imported model.</summary>
public sealed record ImportRequest
{
    /// <summary>The value that takes the features; null to find it.</summary>
    public string? Input { get; init; }

    /// <summary>The value that the loss takes, before a softmax or sigmoid; null to find it.</summary>
    public string? Output { get; init; }

    /// <summary>Whether the last layers are replaced.</summary>
    public bool ReplacesHead { get; init; }

    /// <summary>The value behind which they are; null for the input of the last product.</summary>
    public string? HeadAfter { get; init; }
}
