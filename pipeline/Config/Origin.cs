namespace Anneal.Pipeline.Config;

/// <summary>Where a value was written: a place in a file, a <c>--set</c>, or nowhere (a default).</summary>
internal readonly record struct Origin(string File, int Line, int Column)
{
    public static readonly Origin Default = new("default", 0, 0);

    public static readonly Origin Set = new("--set", 0, 0);

    public override string ToString() => Line == 0 ? File : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}
