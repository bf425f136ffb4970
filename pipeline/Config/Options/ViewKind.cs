namespace Anneal.Pipeline.Config.Options;

internal enum ViewKind
{
    Flip,
}
