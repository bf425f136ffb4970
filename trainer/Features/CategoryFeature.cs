namespace Anneal.Trainer.Features;

/// <summary>What becomes of a category column.</summary>
public sealed record CategoryFeature
{
    /// <summary>How it becomes numbers.</summary>
    public CategoryEncoding Encoding { get; init; } = CategoryEncoding.OneHot;

    /// <summary>What an unknown category becomes.</summary>
    public UnknownCategory Unknown { get; init; } = UnknownCategory.Zeros;

    /// <summary>How many training rows a category needs to be learnt; with fewer it counts as unknown.</summary>
    public int MinCount { get; init; } = 1;

    /// <summary>The categories in their order; null for those of the training rows, by their characters.</summary>
    public IReadOnlyList<string>? Order { get; init; }

    /// <summary>The number of buckets of <see cref="CategoryEncoding.Hashing"/>.</summary>
    public int Buckets { get; init; } = 64;

    /// <summary>The length of a vector of <see cref="CategoryEncoding.Embedding"/>, or of <see cref="CategoryEncoding.Hashing"/> where its buckets
    /// are to be embedded; null for a length by the number of categories, or for no embedding.</summary>
    public int? Width { get; init; }
}
