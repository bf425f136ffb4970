namespace Anneal.Pipeline.Config;

/// <summary>One resolved value: where it stands, its YAML text (<c>~</c> when absent), where it came from and what it means.</summary>
/// <param name="File">The file as written, when the value names one.</param>
/// <param name="MayBeFolder">Whether that file may be a folder instead.</param>
internal sealed record ExplainRow(string Path, string Value, Origin Origin, string Doc, bool AffectsResult, string? File, bool MayBeFolder = false);
