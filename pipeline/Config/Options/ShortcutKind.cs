namespace Anneal.Pipeline.Config.Options;

internal enum ShortcutKind
{
    Projection,
    Identity,
    Pad,
}
