namespace Anneal.Pipeline.Config.Options;

internal enum StemKind
{
    Small,
    Large,
}
