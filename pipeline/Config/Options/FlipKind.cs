namespace Anneal.Pipeline.Config.Options;

internal enum FlipKind
{
    Horizontal,
    Vertical,
}
