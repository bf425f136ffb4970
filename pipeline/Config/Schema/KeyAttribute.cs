namespace Anneal.Pipeline.Config.Schema;

/// <summary>A key of the file and what it means; on a record, the key that chooses it among the kinds of its base.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, Inherited = false)]
internal sealed class KeyAttribute(string name, string doc) : Attribute
{
    public string Name { get; } = name;

    public string Doc { get; } = doc;

    /// <summary>A bare value in the place of the record stands for this key: <c>dense: 10</c>.</summary>
    public bool IsPrimary { get; init; }

    /// <summary>The value names a file that must exist.</summary>
    public bool IsFile { get; init; }

    /// <summary>The value says where rows lie, so that no other source takes it over.</summary>
    public bool IsPlace { get; init; }

    /// <summary>The file may be a folder instead.</summary>
    public bool MayBeFolder { get; init; }

    /// <summary>False when the value cannot change a number of the result, so that stages need not run again.</summary>
    public bool AffectsResult { get; init; } = true;
}
