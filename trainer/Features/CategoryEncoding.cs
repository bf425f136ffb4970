namespace Anneal.Trainer.Features;

/// <summary>How a category column becomes numbers.</summary>
public enum CategoryEncoding
{
    /// <summary>A feature for each category, 1 where a row has it.</summary>
    OneHot,

    /// <summary>The category's place among n, from 1/n to 1.</summary>
    Ordinal,

    /// <summary>The category's hash, one of a fixed number of buckets.</summary>
    Hashing,

    /// <summary>A vector for each category, trained with the network.</summary>
    Embedding,
}
