namespace Anneal.Pipeline.Config.Options;

/// <summary>What rows go through before an imported model.</summary>
internal enum PreprocessingKind
{
    Base,
    Own,
}
