namespace Anneal.Pipeline.Config.Options;

internal enum BadImageKind
{
    Fail,
    Skip,
}
